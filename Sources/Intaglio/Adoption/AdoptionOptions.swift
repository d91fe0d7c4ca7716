public import IntaglioHardwareStudies
public import IntaglioQuantize

/// Bits of weights and of activations of all layers but the first and the last.
public struct WidthPair: Sendable, Hashable, Codable, CustomStringConvertible {
  public let weights: Int
  public let activations: Int

  public init(weights: Int, activations: Int) {
    (self.weights, self.activations) = (weights, activations)
  }

  /// From `4/8`: weights, then activations, 2 to 8 each.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let weights = parts[0], let activations = parts[1],
      (2...8).contains(weights), (2...8).contains(activations)
    else { return nil }
    self.init(weights: weights, activations: activations)
  }

  public var description: String { "\(weights)/\(activations)" }
}

/// What a study of widths tries, and what its answer is measured against.
public struct AdoptionOptions: Sendable {
  /// Widths that all layers get, and what is tried when nobody says otherwise.
  public var widths: [WidthPair] = [
    WidthPair(weights: 8, activations: 8), WidthPair(weights: 6, activations: 6),
    WidthPair(weights: 4, activations: 8), WidthPair(weights: 4, activations: 4),
    WidthPair(weights: 3, activations: 4), WidthPair(weights: 3, activations: 3),
    WidthPair(weights: 2, activations: 2),
  ]
  /// Widths in the quick form.
  public static let quickWidths = [
    WidthPair(weights: 8, activations: 8), WidthPair(weights: 6, activations: 6),
    WidthPair(weights: 4, activations: 4),
  ]
  /// Whether somebody asked for these widths or left methods out, which a model that is quantized already cannot heed.
  public var statesQuantization = false
  /// What mixed widths are chosen for, a candidate each.
  public var goals: [WidthGoal] = []
  /// Percentage points of top-1 that may be lost.
  public var maxDrop = 0.5
  /// What the recommended program must not exceed.
  public var budget = AdoptionBudget()
  /// Images that calibrate, at most.
  public var calibrationLimit = 512
  /// How long a program is timed, in seconds for each batch.
  public var seconds = 2.0
  /// Images on which layers are compared.
  public var layerImages = 16
  /// Whether every multiplication is tried at several widths, everything else as the float model has it.
  public var measuresSensitivity = true
  /// Images that run on every kernel of the machine.
  public var kernelImages = 8
  /// Rows and columns of the array whose cycles are computed.
  public var tile = 16
  /// Measured units that its energy and area are computed from; neither is without.
  public var power: PowerTable?
  public var threads = 1
  /// The class without a defect, where somebody says which it is.
  public var goodClass: String?
  /// Methods of quantization that are left out.
  public var without: Set<QuantizeOptions.Method> = []

  public init() {}
}

/// Upper limits that a user states.
public struct AdoptionBudget: Sendable, Hashable, Codable {
  /// Bytes of the packed program.
  public var bytes: Int?
  /// Σ MACs · bits · bits of one image.
  public var bitOperations: Int?
  /// Milliseconds of one image at the median.
  public var milliseconds: Double?

  public init() {}
}
