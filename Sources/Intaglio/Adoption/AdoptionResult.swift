public import IntaglioData
public import IntaglioQuantize

/// All that a study of widths found.
public struct AdoptionResult: Sendable {
  /// One candidate with what was found of it.
  public struct Entry: Sendable {
    public let candidate: AdoptionCandidate
    public let program: AdoptionProgram
    public let comparison: AnswerComparison
    public let answers: AdoptionAnswers
    /// Batches of 1 and 8, all threads.
    public let timings: [AdoptionTiming]
    public let standing: AdoptionStanding
    public let isWithinBudget: Bool
  }

  /// A candidate that became no program.
  public struct Failure: Sendable, Hashable, Codable {
    public let candidate: String
    public let reason: String
  }

  /// The model that answers in float32.
  public struct Reference: Sendable {
    public let name: String
    /// Of the file; `nil` for what is built in.
    public let fileHash: SHA256Digest?
    /// Of its packed form: everything that its answers depend on.
    public let modelHash: SHA256Digest
    public let description: ModelDescription
    /// Whether it is quantized itself, and answers by dequantizing first.
    public let isQuantized: Bool
    public let parameters: Int
    public let macs: Int
    public let comparison: AnswerComparison
    public let timings: [AdoptionTiming]
  }

  /// What only the recommended program was asked.
  public struct Details: Sendable {
    /// The same quantized graph in float32, dequantized before every multiplication.
    public let dequantized: AnswerComparison?
    public let dequantizedTimings: [AdoptionTiming]
    /// What narrow operands of single multiplications do to the answers; `nil` where it was not measured.
    public let sensitivity: WidthSensitivity?
    public let layers: AdoptionLayers
    public let kernels: AdoptionKernels
    public let hardware: AdoptionHardware
  }

  public let options: AdoptionOptions
  public let images: AdoptionImages
  /// Of the names, bytes and labels of the images.
  public let calibrationHash: SHA256Digest
  public let evaluationHash: SHA256Digest
  public let labels: ClassLabels
  public let classNames: [String]
  public let goodClass: Int?
  public let reference: Reference
  /// The most bit operations first.
  public let entries: [Entry]
  public let failures: [Failure]
  public let verdict: AdoptionVerdict
  /// Of the recommended program; `nil` where all exceed the budget.
  public let details: Details?
}

/// How far a study is.
public struct AdoptionProgress: Sendable {
  /// What is done now.
  public let step: String
  public let number: Int
  public let count: Int
  /// Of this step, 0 to 1.
  public let share: Double
  /// Seconds that the rest may take; `nil` before anything is known.
  public let secondsLeft: Double?
}
