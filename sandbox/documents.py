"""What of QuickBooks is paper? PDFs, e-mails, links to pay, reports, attached files.

Enough for a client to be run against; the papers themselves are blank.
"""

from __future__ import annotations

import email
import email.policy

from sandbox import errors, wire
from sandbox.clock import stamp_ms
from sandbox.company import Company, render
from sandbox.entities import ENTITIES, Entity
from sandbox.messages import Request, Response
from sandbox.operations import commit, perform
from sandbox.wire import Body
from sandbox.world import World
from sandbox.writes import Options

SENDABLE = {"Invoice", "Estimate", "SalesReceipt", "CreditMemo", "RefundReceipt", "Payment"}
LINK = "invoiceLink"
PAID_ONLINE = ("AllowOnlineCreditCardPayment", "AllowOnlineACHPayment")
PAYING_PAGE = "https://pay.example/invoice/"
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


def pdf(company: Company, entity: str, identifier: str) -> Response:
    if entity not in SENDABLE:
        raise errors.unsupported("pdf")
    company.read(entity, identifier)
    return Response(200, PDF, "application/pdf")


def linked(answer: Body) -> Body:
    """The answer to `include=invoiceLink`: the page where the customer pays.

    Intuit's invoice page: only for invoices that may be paid online and have an e-mail address."""
    invoice = answer.get("Invoice", {})
    if not (invoice.get("BillEmail") and any(invoice.get(name) for name in PAID_ONLINE)):
        return answer
    return {"Invoice": {**invoice, "InvoiceLink": f"{PAYING_PAGE}{invoice['Id']}"}}


def send(world: World, company: Company, entity: Entity, identifier: str, to: str) -> Body:
    """E-mail a form: it only becomes `EmailSent`, and the webhook says Emailed."""
    if entity.name not in SENDABLE:
        raise errors.unsupported("send")
    record = company.read(entity.name, identifier)
    address = {"Address": to} if to else record.body.get("BillEmail")
    if not address:
        raise errors.email_needed()
    if "@" not in address["Address"] or "." not in address["Address"]:
        raise errors.invalid_email(address["Address"])
    now = world.clock.now()
    delivery = {"DeliveryType": "Email", "DeliveryTime": stamp_ms(now)}
    body = {
        **record.body,
        "EmailStatus": "EmailSent",
        "BillEmail": address,
        "DeliveryInfo": delivery,
    }
    draft = company.draft(now, "app")
    sent = draft.change(record, body, "Emailed")
    commit(world, draft)
    return {entity.name: render(company, draft.latest(sent))}


def report(name: str, world: World) -> Body:
    if not name.isalnum():
        raise errors.unsupported("reports")
    header = {
        "Time": stamp_ms(world.clock.now()),
        "ReportName": name,
        "ReportBasis": "Accrual",
        "Currency": "USD",
        "Option": [{"Name": "NoReportData", "Value": "true"}],
    }
    return {"Header": header, "Columns": {"Column": []}, "Rows": {"Row": []}}


def upload(world: World, company: Company, request: Request) -> Body:
    """Multipart: `file_metadata_NN` beside `file_content_NN`; only the metadata is kept."""
    head = f"Content-Type: {request.headers.get('content-type', '')}\r\n\r\n".encode("latin-1")
    message = email.message_from_bytes(head + request.body.lstrip(), policy=email.policy.HTTP)
    if not message.is_multipart():
        raise errors.content_type()
    answers = []
    for part in message.iter_parts():
        name = str(part.get_param("name", "", header="content-disposition"))
        if name.startswith("file_metadata"):
            answers.append(_attach(world, company, part.get_payload(decode=True)))
    return {"AttachableResponse": answers}


def _attach(world: World, company: Company, metadata: object) -> Body:
    try:
        payload = wire.loads(metadata if isinstance(metadata, bytes) else b"")
    except ValueError:
        raise errors.unreadable() from None
    if not isinstance(payload, dict):
        raise errors.unreadable()
    entity = ENTITIES["Attachable"]
    return {"Attachable": perform(world, company, "create", entity, payload, Options())}
