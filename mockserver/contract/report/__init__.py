"""What a run showed, as text, JSON, JUnit XML and one HTML page."""
