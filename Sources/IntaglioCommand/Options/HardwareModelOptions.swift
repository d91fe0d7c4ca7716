import ArgumentParser
import Intaglio

/// Models whose hardware is compared, and how those that are not integers only are made so.
struct HardwareModelOptions: ParsableArguments {
  @Argument(
    help: """
      Integer-only programs, 'demo:BITS' or architectures such as 'deit-s:3'; the embedded demo at 2, 3 \
      and 8 bits without any.
      """,
    completion: .file()
  )
  var models: [String] = []

  @Option(
    help: """
      Norms of models that are not yet integer-only: 'exact', or 'rounded:N' for smaller units.
      """
  )
  var norms = NormChoice(arithmetic: .exact)

  @Option(parsing: .unconditional, help: "The clock in MHz.")
  var clock = 100.0

  func validate() throws {
    for source in try sources {
      guard let found = source.arithmetic, found != .integerOnly else { continue }
      throw ValidationError(
        "\(ModelSourceError.arithmetic(found, name: source.text, job: "hardware has no floats", expected: [.integerOnly]))"
      )
    }
    try Limits.check("--clock", clock, in: 1e-3...1e6, unit: " MHz")
  }

  /// What they name; the demo at every width without any.
  var sources: [ModelSource] {
    get throws {
      try (models.isEmpty ? ModelSource.demos : models).map { try ModelSource(argument: $0) }
    }
  }

  /// The integer-only program of one of them.
  func program(_ opened: OpenedModel, threads: Int) throws -> Program {
    let integers = IntegerOnlyOptions(norms: norms.arithmetic)
    return try opened.program(ProgramOptions(.integerOnly, integers: integers), threads: threads)
  }
}
