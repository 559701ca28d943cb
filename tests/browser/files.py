"""The files of the upload test, made as an office makes them: a PDF, a Word document and a long table of questions."""

import csv
from pathlib import Path

from docx import Document
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate

ROWS_COUNT = 1_000
MATERIALS = ("brass", "steel", "nylon", "rubber", "oak", "glass", "felt", "copper")
PARTS = ("hinge spring", "cover plate", "cable clip", "foot", "lens ring", "battery door", "wall bracket", "seal")


def make_pdf(folder: Path) -> Path:
    path = folder / "heron-doorbell-rental.pdf"
    styles = getSampleStyleSheet()
    SimpleDocTemplate(str(path), pagesize=A4, title="Heron doorbell: rental terms").build(
        [
            Paragraph("Heron doorbell: rental terms", styles["Title"]),
            Paragraph("Monthly fee and deposit", styles["Heading2"]),
            Paragraph(
                "Renting a Heron doorbell costs £7.40 a month. The deposit is £45 and is paid back within 12 days "
                "after the doorbell has been returned undamaged.",
                styles["BodyText"],
            ),
            Paragraph("Ending the rental", styles["Heading2"]),
            Paragraph(
                "A Heron rental can be ended with 21 days of notice to the end of a month. We send a prepaid box.",
                styles["BodyText"],
            ),
        ]
    )
    return path


def make_broken_pdf(folder: Path) -> Path:
    """The first third of a PDF, as a lost connection leaves it."""
    whole = make_pdf(folder).read_bytes()
    path = folder / "broken-leaflet.pdf"
    path.write_bytes(whole[: len(whole) // 3])
    return path


def make_word(folder: Path) -> Path:
    path = folder / "osprey-garden-gate.docx"
    document = Document()
    document.core_properties.title = "Osprey garden gate: care"
    document.add_heading("Osprey garden gate: care", level=1)
    document.add_heading("Oil the motor", level=2)
    document.add_paragraph("Oil the motor of the Osprey garden gate every 18 weeks with 6 drops of silicone oil.")
    document.add_heading("Winter", level=2)
    document.add_paragraph("Below -17 °C the Osprey gate opens at half speed to protect its gears.")
    document.save(str(path))
    return path


def make_questions(folder: Path) -> Path:
    """A thousand questions and answers about spare parts, each with a number of its own."""
    path = folder / "spare-parts-prices.csv"
    with path.open("w", encoding="utf-8", newline="") as output:
        rows = csv.writer(output)
        rows.writerow(["question", "answer", "aliases"])
        for number in range(1, ROWS_COUNT + 1):
            part = f"{MATERIALS[number % 8]} {PARTS[number // 8 % 8]}"
            price = f"£{2 + number * 37 % 1900 / 100:.2f}"
            question = f"What does spare part WX-{number:04} cost?"
            rows.writerow([question, f"Spare part WX-{number:04}, the {part}, costs {price}.", f"WX-{number:04} price"])
    return path
