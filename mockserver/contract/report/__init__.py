"""What a run showed, as text, JSON, JUnit XML and one HTML page."""

from mockserver.contract.report.exchanges import exchange_text as exchange_text
from mockserver.contract.report.files import check_writable as check_writable
from mockserver.contract.report.report import Report as Report
from mockserver.contract.report.subject import Subject as Subject
