"""What does QuickBooks say when it refuses?

Every text here is the wire text seen in Intuit's pages, SDK fixtures or logs; clients match on
them. A `Refusal` is raised anywhere below the API and becomes one of the envelopes in
`envelopes`.
"""

from __future__ import annotations

from dataclasses import dataclass

INACTIVE = (
    "Something you're trying to use has been made inactive. "
    "Check the fields with accounts, customers, items, vendors or employees."
)


@dataclass(frozen=True)
class Refusal(Exception):
    """One refusal: a fault with one error. `envelope` is who speaks: the service or the gateway."""

    code: str
    message: str
    detail: str
    element: str | None = None
    status: int = 400
    kind: str = "ValidationFault"
    envelope: str = "service"

    def __str__(self) -> str:
        return f"{self.code} {self.message}: {self.detail}"


# -- what was sent cannot be read ------------------------------------------------------------


def unrecognized(name: str, owner: str) -> Refusal:
    detail = (
        f'Property Name:Unrecognized field "{name}" (class com.intuit.schema.finance.v3.{owner}), '
        "not marked as ignorable  specified is unsupported or invalid"
    )
    return Refusal("2010", "Request has invalid or unsupported property", detail, name)


def unreadable() -> Refusal:
    detail = (
        "Property Name:failed to parse json object; a property specified is unsupported or invalid"
    )
    return Refusal("2010", "Request has invalid or unsupported property", detail)


def required(name: str) -> Refusal:
    message = "Required param missing, need to supply the required value for the API"
    return Refusal(
        "2020", message, f"Required parameter {name} is missing in the request", name.split(".")[0]
    )


def invalid_id(value: str) -> Refusal:
    return Refusal(
        "2030", "Invalid ID", f"Id should be a valid number. Supplied value:{value}", "Id"
    )


def invalid_text(name: str) -> Refusal:
    return Refusal(
        "2040",
        "Invalid String",
        f"Invalid String : {name} has a character that is not allowed",
        name,
    )


def too_long(name: str, limit: int, supplied: int, least: int = 0) -> Refusal:
    message = "String length is either shorter or longer than supported by specification"
    detail = (
        "String length specified does not match the supported length. "
        f"Min:{least} Max:{limit} supported. Supplied length:{supplied}"
    )
    return Refusal("2050", message, detail, name)


def invalid_number(name: str, value: object) -> Refusal:
    return Refusal("2090", "Invalid Number", f"Invalid Number : {value}", name)


def invalid_request_id() -> Refusal:
    return Refusal("2130", "Invalid Request Id Format", "Invalid Request Id Format", "requestid")


def invalid_enumeration(value: object, name: str) -> Refusal:
    return Refusal("2170", "Invalid Enumeration", f"Invalid Enumeration : {value}", name)


def invalid_email(value: str) -> Refusal:
    detail = (
        f"Email Address does not conform to the syntax rules of RFC 822. Supplied value:{value}"
    )
    return Refusal("2210", "Invalid Email Address format", detail, "EmailAddr")


# -- what was sent refers to something that is not there -------------------------------------


def invalid_reference(path: str) -> Refusal:
    return Refusal("2500", "Invalid Reference Id", f"Invalid Reference Id : {path}", path)


def inactive_reference(path: str, code: str) -> Refusal:
    """An inactive entity in a transaction: Intuit documents both 610 and 2500."""
    if code == "2500":
        return Refusal("2500", "Invalid Reference Id", f"Invalid Reference Id : {INACTIVE}", path)
    return Refusal("610", "Object Not Found", f"Object Not Found : {INACTIVE}", path)


def not_found() -> Refusal:
    return Refusal("610", "Object Not Found", f"Object Not Found : {INACTIVE}")


def deleted_transaction() -> Refusal:
    detail = "Object Not Found : Another user has deleted this transaction."
    return Refusal("610", "Object Not Found", detail)


def cannot_link(identifier: str) -> Refusal:
    return Refusal(
        "620",
        "Txn ID Cannot Be Linked",
        f"The transaction ID ({identifier}) can't be linked",
        "LinkedTxn",
    )


# -- what was sent breaks a rule of the books ------------------------------------------------


def stale() -> Refusal:
    detail = (
        "Stale Object Error : You and root were working on this at the same time. "
        "root finished before you did, so your work was not saved."
    )
    return Refusal("5010", "Stale Object Error", detail)


def business(detail: str, element: str | None = None) -> Refusal:
    message = "A business validation error has occurred while processing your request"
    return Refusal("6000", message, f"Business Validation Error: {detail}", element)


def account_type_missing() -> Refusal:
    return Refusal(
        "6010", "Account type missing", "Account type missing : AccountType", "AccountType"
    )


def wrong_amount(supplied: object) -> Refusal:
    detail = f"Amount is not equal to UnitPrice * Qty. Supplied value:{supplied}"
    return Refusal("6070", "Amount calculation incorrect in the request", detail, "Line.Amount")


def no_name() -> Refusal:
    detail = (
        "At least one of the following fields must be supplied: "
        "Title, GivenName, MiddleName, FamilyName, Suffix or DisplayName"
    )
    return Refusal("6080", "No Name Provided", detail, "DisplayName")


def tax_code_not_us() -> Refusal:
    return Refusal(
        "6100", "Invalid Line TaxCode", "Line TaxCode must be TAX or NON", "Line.TaxCodeRef"
    )


def duplicate_number(number: str, entity: str, holder: str) -> Refusal:
    message = "Duplicate Document Number Error"
    detail = (
        f"{message} : You must specify a different number. This number has already been used. "
        f"DocNumber={number} is assigned to TxnType={entity} with TxnId={holder}"
    )
    return Refusal("6140", message, detail, "")


def too_deep() -> Refusal:
    return Refusal(
        "6180", "Too many levels", "Sub-customers can be at most 5 levels deep", "ParentRef"
    )


def subscription_lapsed(status: int) -> Refusal:
    detail = (
        "Subscription period has ended or canceled or there was a billing problem : "
        "You can't add data to QuickBooks Online Essentials because your trial or subscription "
        "period ended, you canceled your subscription, or there was a billing problem. "
        "To continue, ask your company's administrator to update the billing information."
    )
    return Refusal("6190", "Invalid Company Status", detail, status=status)


def books_closed() -> Refusal:
    detail = (
        "The account period has closed and the account books cannot be updated through the QBO "
        "Services API. Please use the QBO website to make these changes."
    )
    return Refusal("6210", "Account Period Closed", detail)


def duplicate_name(tail: str) -> Refusal:
    return Refusal(
        "6240", "Duplicate Name Exists Error", f"The name supplied already exists. : {tail}", ""
    )


def email_needed() -> Refusal:
    return Refusal(
        "6420", "Email Address Missing", "An email address is needed to send", "BillEmail"
    )


def deposited() -> Refusal:
    detail = (
        "This transaction has been deposited. If you want to change or delete it, "
        "you must edit the deposit it appears on and remove it first."
    )
    return Refusal("6540", "Deposited Transaction cannot be changed", detail)


# -- the request as a whole ------------------------------------------------------------------


def unsupported(operation: str) -> Refusal:
    return Refusal("500", "Unsupported Operation", f"Operation {operation} is not supported.")


def duplicate_request() -> Refusal:
    return Refusal("600", "Duplicate Request ID", "Duplicate Request ID")


def batch_too_large(limit: int) -> Refusal:
    return Refusal(
        "1040",
        "Batch size exceeds allowed limit",
        f"Batch size exceeds allowed limit : The maximum is {limit}",
        "BatchItemRequest",
    )


def batch_empty() -> Refusal:
    return Refusal("2020", "Batch Request is Empty", "Batch Request is Empty", "BatchItemRequest")


def content_type() -> Refusal:
    return Refusal("1050", "Invalid Content Type", "Invalid Content Type")


def system_failure(detail: str, status: int) -> Refusal:
    message = "An application error has occurred while processing your request"
    return Refusal(
        "10000", message, f"System Failure Error: {detail}", status=status, kind="SystemFault"
    )


def query_syntax(detail: str) -> Refusal:
    return Refusal("4000", "Error parsing query", f"QueryParserError: {detail}")


def query_invalid(detail: str) -> Refusal:
    return Refusal("4001", "Invalid query", f"QueryValidationError: {detail}")


def query_failed(detail: str) -> Refusal:
    return Refusal("4002", "Error processing query", f"QueryProcessingError: {detail}")


# -- the caller ------------------------------------------------------------------------------


def unauthenticated(detail: str = "Token expired") -> Refusal:
    message = "message=AuthenticationFailed; errorCode=003200; statusCode=401"
    return Refusal("3200", message, detail, None, 401, "AUTHENTICATION", "gateway")


def forbidden(detail: str | None = None) -> Refusal:
    message = "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403"
    return Refusal(
        "3100",
        message,
        detail or "The access token does not have sufficient scope",
        None,
        403,
        "SERVICE",
        "gateway",
    )


def wrong_realm() -> Refusal:
    detail = "AuthenticationErrorGeneral: SRV-110-Authentication Failure , statusCode: 401"
    return Refusal("100", "General Authentication Error", detail, None, 401, "AuthenticationFault")


def no_access() -> Refusal:
    detail = "AuthorizationFailure: -11014-You do not have access to use QuickBooks Online Plus."
    return Refusal("120", "Authorization Failure", detail, None, 401, "AuthorizationFault")


def company_reset() -> Refusal:
    return Refusal("10200", "Company Reset", "Company Reset")


def locked_out() -> Refusal:
    return Refusal("140", "Company Locked Out", "Company Locked Out")


def under_maintenance() -> Refusal:
    return Refusal("150", "Company Under Maintenance", "Company Under Maintenance")


def throttled(status: int = 429) -> Refusal:
    """429 today; in 2016 the same message came with 403."""
    message = f"message=ThrottleExceeded; errorCode=003001; statusCode={status}"
    return Refusal(
        "3001",
        message,
        "The request limit was reached.  Try again later",
        None,
        status,
        "SERVICE",
        "throttle",
    )
