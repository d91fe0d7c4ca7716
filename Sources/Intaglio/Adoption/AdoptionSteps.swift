import IntaglioNumerics

/// The steps of a study, and how long those that are left may take.
struct AdoptionSteps {
  /// What a step does, which says how long it takes beside others.
  enum Kind: Hashable {
    case answers(Arithmetic)
    case program
    case timing
    case sensitivity
    case layers
    case kernels
    case hardware
  }

  private let count: Int
  private let report: (@Sendable (AdoptionProgress) -> Void)?
  private var number = 0
  /// Guesses of what is left, in units that `scale` turns into seconds.
  private var left: Double
  private var guessed = 0.0
  private var spent = 0.0
  private let weights: [Kind: Double]

  /// - Parameters:
  ///   - candidates: how many there are.
  ///   - base: what they are tried on.
  ///   - report: told how far the study is; `nil` for nobody.
  init(
    _ candidates: Int,
    base: AdoptionBase,
    report: (@Sendable (AdoptionProgress) -> Void)?
  ) {
    let (judging, calibrating) = (
      Double(base.images.evaluation.count), Double(base.images.calibration.count)
    )
    // In times of one image in float32; by runs of a small and of a large network.
    let work = max(Double(base.macs) / 2e10, 1e-4)
    weights = [
      .answers(.float32): judging * work, .answers(.integerOnly): judging * work / 2,
      .program: 8 + calibrating * work * 14, .timing: base.options.seconds * 2 + 1,
      .sensitivity: 4 + Double(min(base.images.calibration.count, 48)) * work * 60,
      .layers: 4 + Double(base.options.layerImages) * work * 40, .kernels: 2, .hardware: 4,
    ]
    let all: [(Kind, Int)] = [
      (.answers(.float32), 2), (.program, candidates), (.answers(.integerOnly), candidates),
      (.timing, candidates + 2), (.sensitivity, base.options.measuresSensitivity ? 1 : 0),
      (.layers, 1), (.kernels, 1), (.hardware, 1),
    ]
    count = all.reduce(0) { $0 + $1.1 }
    left = 0
    self.report = report
    for (kind, times) in all { left += (weights[kind] ?? 1) * Double(times) }
  }

  /// Runs the next step.
  mutating func next<Found>(
    _ name: String,
    of kind: Kind,
    _ body: ((@Sendable (Double) -> Void)?) throws -> Found
  ) throws -> Found {
    number += 1
    let (number, count, weight) = (number, count, weights[kind] ?? 1)
    let scale = guessed > 0 ? max(spent / guessed, 0.05) : nil
    let (left, report) = (left, report)
    @Sendable func tell(_ share: Double) {
      report?(
        AdoptionProgress(
          step: name,
          number: number,
          count: count,
          share: share,
          secondsLeft: scale.map { $0 * (left - share * weight) }
        )
      )
    }
    tell(0)
    let told: (@Sendable (Double) -> Void)? =
      report == nil ? nil : { @Sendable share in tell(share) }
    let start = ContinuousClock.now
    let found = try body(told)
    let seconds = (ContinuousClock.now - start).seconds
    self.left -= weight
    // What was there already says nothing of the time.
    if seconds > weight / 100 {
      spent += seconds
      guessed += weight
    }
    return found
  }

  /// Counts steps as done that a candidate does not need.
  mutating func skip(_ kinds: Kind...) {
    left -= kinds.dropFirst().reduce(0) { $0 + (weights[$1] ?? 1) }
    number += kinds.count - 1
  }
}
