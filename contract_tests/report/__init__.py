"""Grades of clients, as text, JSON, JUnit XML and one HTML page."""

from contract_tests.report.report import Grading as Grading
from contract_tests.report.report import Report as Report
