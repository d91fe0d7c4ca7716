import ArgumentParser
import IntaglioReport

/// Whether the report is JSON.
struct ReportOptions: ParsableArguments {
  @Flag(help: "Print the report as JSON.")
  var json = false
}
