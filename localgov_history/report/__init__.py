"""From a report's definition to HTML and PDF: plan, execute, one document, render."""
