"""In which shape an answer or a refusal comes."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from tests.sandbox.books import Books, Json
from tests.sandbox_process import Switch

NAMESPACE = "{http://schema.intuit.com/finance/v3}"


def test_rules_are_refused_in_service_json(books: Books, customer: Json) -> None:
    answer = books.post("customer", {"DisplayName": "Ada Byron"})
    assert answer.status_code == 400
    body = answer.json()
    assert set(body) == {"Fault", "time"}
    assert body["Fault"]["type"] == "ValidationFault"
    assert isinstance(body["Fault"]["Error"][0]["code"], str)


def test_sign_in_is_refused_in_gateway_json(books: Books) -> None:
    body = books.request("GET", "preferences", headers={"Authorization": ""}).json()
    assert isinstance(body["time"], int)
    assert body["batchItemResponse"] == []
    assert body["fault"]["error"][0]["element"] is None


def test_caller_that_does_not_accept_json_gets_xml(books: Books, customer: Json) -> None:
    answer = books.request("GET", "customer/1", headers={"Accept": "*/*"})
    assert answer.headers["Content-Type"].startswith("application/xml")
    root = ET.fromstring(answer.text)
    assert root.tag == f"{NAMESPACE}IntuitResponse"
    assert root.findtext(f"{NAMESPACE}Customer/{NAMESPACE}DisplayName") == "Ada Byron"


def test_format_json_in_the_address_is_enough(books: Books) -> None:
    answer = books.request("GET", "preferences?format=json", headers={"Accept": "*/*"})
    assert answer.json()["Preferences"]["Id"] == "1"


def test_json_may_be_the_answer_to_anyone(books: Books, switch: Switch) -> None:
    switch(answer_without_accept="json")
    answer = books.request("GET", "preferences", headers={"Accept": "*/*"})
    assert answer.json()["Preferences"]["Id"] == "1"


def test_wrong_content_type_is_1050(books: Books) -> None:
    answer = books.request(
        "POST", "customer", data="<Customer/>", headers={"Content-Type": "application/xml"}
    )
    assert answer.json()["Fault"]["Error"][0]["code"] == "1050"


def test_body_over_the_limit_is_413(books: Books) -> None:
    big = b'{"DisplayName":"' + b"x" * (10 * 1024 * 1024 + 1) + b'"}'
    answer = books.request(
        "POST", "customer", data=big, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413


def test_reports_answer_an_empty_report(books: Books) -> None:
    assert books.get("reports/ProfitAndLoss").json()["Header"]["ReportName"] == "ProfitAndLoss"


@pytest.mark.parametrize("boundary", ["-------------PythonMultipartPost", "b"])
def test_upload_keeps_the_metadata(books: Books, boundary: str) -> None:
    text = (
        f"\n--{boundary}\n"
        'Content-Disposition: form-data; name="file_metadata_01"\n'
        "Content-Type: application/json\n\n"
        '{"FileName": "a.txt", "ContentType": "text/plain"}\n\n'
        f"--{boundary}\n"
        'Content-Disposition: form-data; name="file_content_01"\n'
        "Content-Type: text/plain\n\nhello\n\n"
        f"--{boundary}--\n"
    )
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    answer = books.request("POST", "upload", data=text, headers=headers).json()
    made = answer["AttachableResponse"][0]["Attachable"]
    assert books.read("Attachable", made["Id"])["FileName"] == "a.txt"
