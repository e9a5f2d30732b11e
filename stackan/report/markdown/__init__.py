"""The report as Markdown, for tickets and the summaries of CI: `report.write`."""
