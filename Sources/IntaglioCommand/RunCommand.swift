import ArgumentParser
import Intaglio
import IntaglioData
import IntaglioImport
import IntaglioReport

/// The command `intaglio run MODEL IMAGE…`.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Classify images.",
    discussion: """
      Takes PNG and JPEG images, preprocessed as the model says (equal to PIL and torchvision), and \
      .npy arrays that are already the model's input. Prints the five first classes of each.

      Example:
        intaglio run model.intaglio cat.jpg dog.png
      """
  )

  @OptionGroup var model: ModelOptions

  @Argument(help: "PNG, JPEG or .npy files.", completion: .file())
  var images: [String]

  @Option(parsing: .unconditional, help: "How many classes to show.")
  var top = 5

  @Option(help: "What does the arithmetic: integer, reference (float32) or oracle (float64).")
  var engine: Engine.Kind?

  @OptionGroup var reordering: ReorderingOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    if images.isEmpty { throw ValidationError("expected at least one image") }
    if top < 1 { throw ValidationError("--top: expected at least 1, found \(top)") }
  }

  /// From the stored plan where nothing else was asked for.
  private func makeClassifier() throws -> Classifier {
    let file = try ModelFile(path: model.model)
    if engine == nil || engine == .integer, reordering.isDefault, model.config == nil,
      var planned = try PlannedModel(file)
    {
      if let logits = model.answers.logits { planned.description.logits = logits }
      return try Classifier(planned, threads: threads.count)
    }
    let choice = try ProgramChoice(
      try model.load(file),
      engine: engine,
      reordering: reordering,
      threads: threads.count
    )
    return try Classifier(choice.program, kind: choice.kind, threads: threads.count)
  }

  func run() throws {
    let classifier = try makeClassifier()
    StandardError.write(notes: classifier.notes)
    let answers = try classifier.classify(images, top: top)
    if classifier.answersAreProbabilities {
      StandardError.write("note: the model's answers are probabilities; they are shown as they are")
    }
    if report.json {
      try StandardOutput.print(try JSON.text(answers.map(AnswerReport.init)))
    } else {
      try StandardOutput.print(answers.map { AnswerReport($0).text }.joined(separator: "\n"))
    }
  }
}

/// The answer for one image, as JSON and as text.
struct AnswerReport: Encodable {
  struct Candidate: Encodable {
    let index: Int
    let name: String?
    /// `null` where there is no answer.
    let probability: Double
    /// The model's own number; `null` where it is not finite.
    let logit: Double
  }

  let image: String
  let classes: [Candidate]
  /// How many logits are NaN or infinitely large; absent without any.
  let notFinite: Int?
  /// Whether the model's own numbers are probabilities, not logits; absent where they are logits.
  let areProbabilities: Bool?

  init(_ answer: Classifier.Answer) {
    image = answer.image
    notFinite = answer.notFinite == 0 ? nil : answer.notFinite
    areProbabilities = answer.areProbabilities ? true : nil
    classes = answer.candidates.map {
      Candidate(
        index: $0.index,
        name: $0.name,
        probability: $0.probability,
        logit: Double($0.logit)
      )
    }
  }

  var text: String {
    if let notFinite {
      return image.printable() + "\n  no answer: \(notFinite) logits are not finite"
    }
    var table = Table([.init("", .right), .init("class", .right), .init("name")])
    for candidate in classes {
      table.append([
        Format.percent(candidate.probability), "\(candidate.index)", candidate.name ?? "–",
      ])
    }
    let rows = table.text.split(separator: "\n").dropFirst().map { "  \($0)" }
    return image.printable() + "\n" + rows.joined(separator: "\n")
  }
}
