import ArgumentParser
import Intaglio
import IntaglioData
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

  @OptionGroup var program: ProgramArguments

  @Argument(help: "PNG, JPEG or .npy files.", completion: .file())
  var images: [String]

  @Option(parsing: .unconditional, help: "How many classes to show.")
  var top = 5

  @OptionGroup var report: ReportOptions

  func validate() throws {
    if images.isEmpty { throw ValidationError("expected at least one image") }
    try Limits.check("--top", top, atLeast: 1)
  }

  /// From the stored plan where nothing else was asked for.
  private func makeClassifier() throws -> Classifier {
    let (opened, threads) = (try program.open(), program.threads.count)
    if let planned = try program.plan(opened) {
      return try Classifier(planned, threads: threads)
    }
    return try Classifier(program.choose(opened), threads: threads)
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
