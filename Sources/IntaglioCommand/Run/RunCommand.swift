import ArgumentParser
import Intaglio
import IntaglioData
import IntaglioReport
import IntaglioReports

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

  func run() throws {
    let classifier = try program.makeClassifier()
    StandardError.write(notes: classifier.notes)
    let answers = try classifier.classify(images, top: top)
    if classifier.answersAreProbabilities {
      StandardError.write("note: the model's answers are probabilities; they are shown as they are")
    }
    try report.print(AnswersReport(answers))
  }
}
