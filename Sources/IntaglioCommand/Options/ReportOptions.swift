import ArgumentParser
import IntaglioData
import IntaglioReports

/// Whether the report is JSON.
struct ReportOptions: ParsableArguments {
  @Flag(help: "Print the report as JSON.")
  var json = false

  /// Prints `report` as was asked for.
  func print(_ report: some Report) throws {
    try StandardOutput.print(json ? report.json : report.text)
  }
}

extension PageReport {
  /// Writes the page; all of it or nothing.
  func write(to path: String) throws { try AtomicFile.write(bytes: Array(page.utf8), to: path) }
}
