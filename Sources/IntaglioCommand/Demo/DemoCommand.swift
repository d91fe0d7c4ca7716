import ArgumentParser
import Intaglio
import IntaglioData
import IntaglioDemo
import IntaglioReport
import IntaglioReports

/// The command `intaglio demo`.
struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "The embedded demo: inspect machined surfaces with a 3-bit Vision Transformer.",
    discussion: """
      Draws images that nobody has seen, moves every scale of the embedded model past its \
      multiplications, and lets both programs answer: dequantize-first in float32 and integers only. \
      Writes a page with images, answers and the coverage table.

      With --export-images it writes training images instead, as IDX files.

      Examples:
        intaglio demo
        intaglio demo --export-images data/ --count 24000 --seed 1
      """
  )

  @Option(parsing: .unconditional, help: "How many images.")
  var count = 1000

  @Option(help: "What the images are drawn from.")
  var seed: UInt64 = 2026

  @Option(help: "The page to write.", completion: .file())
  var page = "demo.html"

  @Option(help: "Write images and labels as IDX files into this folder, and stop.")
  var exportImages: String?

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    if !(1...1_000_000).contains(count) {
      throw ValidationError("--count: expected 1 to 1,000,000, found \(count)")
    }
  }

  func run() throws {
    // Pixels, what becomes of them, and what comes out.
    let numbers = exportImages == nil ? 12 : 2
    try MemoryBudget.system.check(
      count * numbers * SurfaceImage.side * SurfaceImage.side,
      for: "\(count) images"
    )
    if let exportImages {
      try SurfaceExport.write(to: exportImages, count: count, seed: seed)
      try StandardOutput.print("Wrote \(count) images of seed \(seed) to \(exportImages).")
      return
    }
    let demo = Demo(count: count, seed: seed, threads: threads.count)
    let (images, labels) = try demo.images()
    let bar = ProgressBar("demo", total: count)
    var results: [Demo.Result] = []
    for bits in DemoModel.widths {
      results.append(
        try demo.run(bits: bits, images: images, labels: labels) { stage in
          switch stage {
          case .model: bar.update(0)
          case .reference(let done), .integer(let done): bar.update(done)
          }
        }
      )
    }
    bar.finish()
    let shown = DemoReport(results, images: images, labels: labels)
    try shown.write(to: page)
    try report.print(shown)
    if !report.json { try StandardOutput.print("\nWrote \(page).") }
  }
}
