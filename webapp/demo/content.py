"""Who and what the demo firm works with. All of it is invented."""

from __future__ import annotations

FIRM = "Hale & Ortiz CPAs"
COMPANY = "Hale & Ortiz CPAs, LLC"
PASSWORD = "cuadra-demo"  # noqa: S105 - the demo's only; printed by `make run`
PEOPLE = (
    ("owner", "owner@demo.example", "Dana Hale"),
    ("admin", "admin@demo.example", "Sam Ortiz"),
    ("member", "member@demo.example", "Rosa Lind"),
    ("operator", "operator@demo.example", "Olga Petrov"),
)

SERVICES = (
    ("Monthly bookkeeping", "Bank feeds, reconciliation, month-end reports", "420.00"),
    ("Payroll run", "Up to ten employees", "85.00"),
    ("Individual tax return", "Form 1040 with state", "650.00"),
    ("Business tax return", "Form 1120-S with state", "1450.00"),
    ("Sales tax filing", "One state, one quarter", "120.00"),
    ("Advisory hour", "Planning and questions", "180.00"),
    ("Year-end close", "Adjusting entries and review", "900.00"),
    ("Audit support", "By the hour", "210.00"),
)

BUSINESSES = (
    "Marlow Dental Group",
    "Bluebird Café",
    "Pinecrest Builders",
    "Delgado Import Co.",
    "Teague & Sons Roofing",
    "Harbor Light Yoga",
    "Northgate Auto Repair",
    "Summit Veterinary Clinic",
    "Kestrel Print Works",
    "Olive & Thyme Catering",
    "Redwood Robotics",
    "Lakeside Pediatrics",
    "Copper Kettle Brewing",
    "Atlas Moving Company",
    "Juniper Florists",
    "Ironbark Furniture",
    "Sandpiper Travel",
    "Verdant Landscapes",
    "Cobalt Cycling",
    "Maple Street Bakery",
    "Granite Peak Climbing",
    "Quill Bookshop",
    "Silver Birch Interiors",
    "Tidewater Marine",
)
INDIVIDUALS = (
    "Priya Raman",
    "Thomas Achebe",
    "Okafor Family Trust",
    "Elena Vasquez",
    "Michael O'Brien",
    "Hannah Lindqvist",
    "José Núñez",
    "Grace Kim",
    "Peter Novak",
    "Amelia Hart",
    "Walter Stone",
    "Yuki Tanaka",
)
