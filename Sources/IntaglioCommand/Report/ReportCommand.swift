public import ArgumentParser
import Foundation
import Intaglio
import IntaglioData
import IntaglioDemo
import IntaglioQuantize
public import IntaglioReport
import IntaglioReports

/// The command `intaglio report MODEL --data DIR -o report.html`.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract:
      "Find out whether low bits pay off for a model and its images: one page, and the same as JSON.",
    discussion: """
      Quantizes a float model at several widths, runs the integer-only programs on labelled images that calibration \
      never saw, times them, and says which is the lowest width that keeps the accuracy: the whole 95 % paired interval \
      of the points of top-1 that are lost has to be within --max-drop. A model that is quantized already (QDQ, Q-ViT) is \
      judged as it is, beside its own float32. 'demo' stands for the embedded demo and needs no files.

      Everything that is found is kept in --work (the page's name with '.work' in the place of '.html'), the packed \
      programs among them: an interrupted run goes on where it was, and one with another limit uses what is there. \
      Programs and accuracy are the same in every run; times are not.

      With --against OLD.json the page says what changed, and the exit code is 4 where the program that OLD recommends \
      no longer holds the limit. With --power the parts of the recommended program have an energy and an area as \
      hardware, by units that 'hardware power' measured; give that the program of an earlier report.

      Examples:
        intaglio report demo
        intaglio report vit_tiny.safetensors --data images/ -o report.html
        intaglio report vit_tiny.safetensors --data images/ --max-drop 1 --budget size=4MB --budget latency=10
        intaglio report float.onnx --data test/ --calibration train/ --candidate trained.intaglio --lang ja
        intaglio report vit_tiny.safetensors --data images/ --against last.json --quick
        intaglio report vit_tiny.safetensors --data images/ --power power.json
      """
  )

  @Argument(
    help: "A model as in other commands, or 'demo'.",
    completion: .file()
  )
  var model: String

  @OptionGroup var settings: SettingsOptions

  @Option(help: "Labelled images that judge.", completion: .directory)
  var data: String?

  @Option(
    help: """
      The folder of images that calibrate; without it those of --data: its training images, or every eighth image.
      """,
    completion: .directory
  )
  var calibration: String?

  @Option(parsing: .unconditional, help: "Images that judge, at most, evenly spaced.")
  var limit: Int?

  @Option(parsing: .unconditional, help: "Images that calibrate, at most, evenly spaced.")
  var calibrationLimit: Int?

  @Option(
    help: """
      Widths to try, as WEIGHTS/ACTIVATIONS with commas between them; 8/8,6/6,4/8,4/4,3/4,3/3,2/2 when absent.
      """
  )
  var widths: WidthList?

  @Option(help: "Percentage points of top-1 that may be lost; 0.5 when absent, of the demo 3.")
  var maxDrop: Double?

  @Option(
    help: """
      A limit of the program: 'size=2MB', 'bops=20G' or 'latency=10' (milliseconds); may be given several times. For \
      size and bops widths are chosen layer by layer, too.
      """
  )
  var budget: [ReportBudget] = []

  @Option(
    help:
      "A program or quantized model to judge beside the others, such as a trained one; may be given several times.",
    completion: .file()
  )
  var candidate: [String] = []

  @Flag(help: "A first look: 8/8, 6/6 and 4/4, 256 images, 64 to calibrate, no mixed widths.")
  var quick = false

  @Option(
    help: "The class without a defect; found by its name when absent (good, ok, normal, free …)."
  )
  var goodClass: String?

  @Option(help: "A method of 'quantize' to leave out; may be given several times.")
  var without: [QuantizeOptions.Method] = []

  @Option(name: .shortAndLong, help: "The page; the JSON stands beside it.", completion: .file())
  var output = "report.html"

  @Option(help: "Where findings and programs are kept.", completion: .directory)
  var work: String?

  @Option(help: "The language of the page: en or ja.")
  var lang: Language = .en

  @Option(help: "The JSON of an earlier report to compare with.", completion: .file())
  var against: String?

  @OptionGroup var measured: PowerTableOptions

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var format: ReportOptions

  private var isDemo: Bool { model == "demo" }
  private var limitOfDrop: Double { maxDrop ?? (isDemo ? 3 : 0.5) }

  func validate() throws {
    try Limits.check("--limit", limit, atLeast: 1)
    try Limits.check("--calibration-limit", calibrationLimit, atLeast: 1)
    try Limits.check("--max-drop", limitOfDrop, in: 0...100, unit: " points")
    if isDemo {
      let given = [
        ("--data", data != nil), ("--calibration", calibration != nil), ("--widths", widths != nil),
        ("--config", settings.config != nil), ("--logits", settings.logits != nil),
        ("--candidate", !candidate.isEmpty), ("--without", !without.isEmpty),
      ]
      if let (option, _) = given.first(where: { $0.1 }) {
        throw ValidationError(
          "'demo' has its own images, widths and candidates; leave out \(option)"
        )
      }
    } else if data == nil {
      throw ValidationError(
        "--data: expected a folder of labelled images; 'report demo' needs none"
      )
    }
    guard output.hasSuffix(".html") else {
      throw ValidationError("-o: expected a name that ends in .html, found '\(output)'")
    }
  }

  func run() throws {
    let old = try against.map { try AdoptionReport(contentsOf: $0) }
    var options = options
    options.power = try measured.table
    let work = try WorkFolder(path: work ?? base + ".work")
    let images = try images(work)
    StandardError.write(notes: images.notes)
    let study = AdoptionStudy(
      try subject(isDemo ? "demo:8" : model),
      others: try (isDemo ? ["demo:3", "demo:2"] : candidate).map(subject),
      images: images,
      options: options,
      work: work,
      timer: timer
    )
    let line = StepLine()
    let result = try study.run { line.show($0) }
    line.finish()
    if let warning = result.labels.warning { StandardError.write(notes: [warning]) }
    let report = AdoptionReport(
      result,
      version: IntaglioCommand.configuration.version,
      command: commandLine
    )
    let comparison = old.map { AdoptionHistory(old: $0, new: report) }
    let page = try AdoptionPage(report, result, language: lang, history: comparison).text
    // The JSON last: who finds it finds the page, too.
    try AtomicFile.write(bytes: Array(page.utf8), to: output)
    try AtomicFile.write(bytes: Array((try report.json + "\n").utf8), to: base + ".json")
    try format.print(report)
    if let comparison {
      if !format.json { try StandardOutput.print("\n" + comparison.text) }
      if comparison.isBroken { throw ExitCode.limitBroken }
    }
    if !format.json {
      try StandardOutput.print("\nWrote \(output) and \(base).json; programs are in \(work.path).")
    }
  }

  private var base: String { String(output.dropLast(".html".count)) }

  private var options: AdoptionOptions {
    var options = AdoptionOptions()
    if let widths {
      options.widths = widths.pairs
    } else if quick {
      options.widths = AdoptionOptions.quickWidths
    }
    options.maxDrop = limitOfDrop
    for limit in budget { limit.apply(to: &options.budget) }
    if !quick {
      options.goals = [WidthGoal.drop(max(limitOfDrop, 0.1))] + budget.compactMap(\.goal)
    }
    options.calibrationLimit = calibrationLimit ?? (quick ? 64 : 512)
    options.seconds = quick ? 0.5 : 2
    options.measuresSensitivity = !quick
    options.threads = threads.count
    options.goodClass = goodClass
    options.without = Set(without)
    options.statesQuantization = widths != nil || !without.isEmpty
    return options
  }

  private func images(_ work: WorkFolder) throws -> AdoptionImages {
    let data = isDemo ? "\(work.path)/demo-images" : data ?? ""
    if isDemo {
      try SurfaceExport.write(to: data, count: 64, seed: 2027)
      try SurfaceExport.write(to: data, count: quick ? 500 : 3000, seed: 2026, split: .test)
    }
    return try AdoptionImages(
      calibration: calibration ?? data,
      data: data,
      every: 8,
      limits: (options.calibrationLimit, limit ?? (quick && !isDemo ? 256 : nil)),
      threads: threads.count
    )
  }

  private func subject(_ name: String) throws -> AdoptionStudy.Subject {
    let source = try ModelSource(argument: name)
    switch source.place {
    case .architecture, .record:
      throw ValidationError(
        "'\(name)' has nothing to lose: expected a trained model, a file or a folder"
      )
    case .demo, .file, .folder: break
    }
    if let arithmetic = source.arithmetic {
      throw ValidationError(
        "'\(name)': 'report' runs the model in float32 and what becomes of it in integer-only; leave out "
          + "'\(arithmetic.rawValue):'"
      )
    }
    let isModel = name == model
    return AdoptionStudy.Subject(
      name: name,
      opened: try source.open(
        configuration: isModel ? settings.config : nil,
        logits: isModel ? settings.logits : nil
      )
    )
  }

  private var timer: AdoptionStudy.Timer {
    let (threads, seconds) = (threads.count, options.seconds)
    return { file, arithmetic, batch in
      try TimeCommand.time(file, arithmetic, threads: threads, batch: batch, seconds: seconds)
    }
  }

  /// What was typed, for whoever wants the same page again.
  private var commandLine: String {
    "intaglio "
      + Invocation.arguments.map { argument in
        argument.contains { " '\"$*&|;<>()".contains($0) }
          ? "'" + argument.replacing("'", with: "'\\''") + "'" : argument
      }.joined(separator: " ")
  }
}

/// `8/8,4/4`.
struct WidthList: ExpressibleByArgument {
  let pairs: [WidthPair]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let pairs = parts.compactMap { WidthPair(String($0)) }
    guard pairs.count == parts.count, Set(pairs).count == pairs.count else { return nil }
    self.pairs = pairs
  }
}

/// `size=2MB`, `bops=20G`, `latency=10`.
struct ReportBudget: ExpressibleByArgument {
  private enum Limit {
    case weights(WidthBudget)
    case milliseconds(Double)
  }

  private let limit: Limit

  init?(argument: String) {
    if argument.hasPrefix("latency=") {
      guard let milliseconds = Double(argument.dropFirst("latency=".count)),
        milliseconds > 0, milliseconds.isFinite
      else { return nil }
      limit = .milliseconds(milliseconds)
      return
    }
    guard let budget = WidthBudget(argument) else { return nil }
    switch budget {
    case .size, .bitOperations: limit = .weights(budget)
    case .weights, .activations: return nil
    }
  }

  /// What mixed widths are chosen for.
  var goal: WidthGoal? {
    if case .weights(let budget) = limit { .within(budget) } else { nil }
  }

  func apply(to budget: inout AdoptionBudget) {
    switch limit {
    case .milliseconds(let most): budget.milliseconds = most
    case .weights(.size(let bytes)): budget.bytes = bytes
    case .weights(.bitOperations(let most)): budget.bitOperations = most
    case .weights: break
    }
  }
}

extension Language: ExpressibleByArgument {}

extension ExitCode {
  /// What an earlier report recommends no longer holds.
  static let limitBroken = ExitCode(4)
}
