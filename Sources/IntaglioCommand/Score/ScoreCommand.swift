public import ArgumentParser
import Dispatch
public import Intaglio
import IntaglioData
import IntaglioReport
import IntaglioReports

/// The command `intaglio score MODEL --data DIR|LIST -o OUT`.
struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Classify any number of images into a file, in constant memory.",
    discussion: """
      Images: a folder with those within, a list (a path a line, relative to the list), or IDX files. A row \
      for each, in their order; an image that cannot be read has its reason in the row. Rows stand in \
      OUT.part until all are there: a run that was killed goes on behind its last whole row when the same \
      command is given again. Parts for several machines: --shard 1/4 to 4/4 take every fourth image.

      Example:
        intaglio score model.intaglio --data photos/ -o scores.jsonl
      """
  )

  @OptionGroup var program: ProgramArguments

  @Option(help: "A folder of images, or a file with a path a line.", completion: .file())
  var data: String

  @Option(name: .shortAndLong, help: "The .jsonl or .csv file to write.", completion: .file())
  var output: String

  @Option(help: "Which part of the images: i/n, from 1/n to n/n.")
  var shard = Shard.whole

  @Option(parsing: .unconditional, help: "How many classes a row of .jsonl has.")
  var top = 1

  @Flag(help: "Throw away the rows of an interrupted run.")
  var restart = false

  @OptionGroup var report: ReportOptions

  func validate() throws {
    try Limits.check("--top", top, atLeast: 1)
    guard let format = ScoreFormat(path: output) else {
      throw ValidationError("\(ScoreError.format(path: output))")
    }
    if format == .csv, top > 1 {
      throw ValidationError("--top \(top) needs a .jsonl file: a row of .csv has one class")
    }
  }

  func run() throws {
    let classifier = try program.makeClassifier()
    StandardError.write(notes: classifier.notes)
    var options = Scorer.Options()
    (options.shard, options.top) = (shard, top)
    (options.isRestarted, options.threads) = (restart, program.threads.count)
    let start = DispatchTime.now().uptimeNanoseconds
    let summary = try Scorer(classifier, options).score(data, into: output) { progress in
      let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
      StandardError.show(
        "scoring: \(Format.count(progress.done)) images, \(Int(seconds)) s"
          + (progress.failed > 0 ? ", \(progress.failed) unreadable" : "")
      )
    }
    StandardError.show(nil)
    try report.print(ScoreReport(summary))
  }
}

extension Shard: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
