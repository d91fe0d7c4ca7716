/// How a model is opened to answer.
public struct ClassifierOptions: Sendable, Hashable {
  /// What it runs in; `nil` for integers where every multiplication can be on them, else float32.
  public var arithmetic: Arithmetic?
  /// A JSON file with the settings that a file of weights lacks; `nil` for those beside it.
  public var configuration: String?
  /// The name of the output that holds the logits, where there are several.
  public var logits: String?
  /// A folder of images that choose the streams of an integer-only program; `nil` for proven ranges.
  public var calibration: String?
  /// How many calibration images are taken at most.
  public var calibrationLimit = 64
  /// How many threads run.
  public var threads: Int

  public init(arithmetic: Arithmetic? = nil, threads: Int = Engine.coreCount) {
    (self.arithmetic, self.threads) = (arithmetic, threads)
  }
}
