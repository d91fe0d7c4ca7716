public import IntaglioData
public import IntaglioHardware

/// One way of choosing the bits of every layer.
public enum AdoptionCandidate: Sendable, Hashable, Codable {
  /// The same for all layers but the first and the last.
  case uniform(WidthPair)
  /// Layer by layer, for a goal as `--budget` writes it.
  case mixed(String)
  /// A model that was quantized before, by its name.
  case given(String)

  /// `4/4`, `mixed drop=0.5`, or a file's name.
  public var name: String {
    switch self {
    case .uniform(let widths): widths.description
    case .mixed(let goal): "mixed \(goal)"
    case .given(let name): name
    }
  }
}

/// What is known of a program without running it.
public struct AdoptionProgram: Sendable, Codable {
  public struct Layer: Sendable, Codable {
    public let name: String
    /// `nil` for a product of activations.
    public let weights: Int?
    public let activations: Int
    public let macs: Int
    public let weightBytes: Int
    public let accumulatorBits: Int?
    public let isEdge: Bool
  }

  /// The packed program in the work folder.
  public let file: String
  public let bytes: Int
  public let hash: SHA256Digest
  public let layers: [Layer]
  public let meanWeightBits: Double?
  public let meanActivationBits: Double?
  public let bitOperations: Int
  public let multiplications: Int
  public let integerMultiplications: Int
  /// Operations of the program on reals between its first codes and its last accumulators.
  public let floatOperations: Int
  /// Operations between them in all.
  public let operations: Int
  /// The widest accumulator that a proof bounds, sign included.
  public let accumulatorBits: Int
  /// Bits of the residual streams, the narrowest first.
  public let streamBits: [Int]
  /// The residual streams by name.
  public let streams: [String]
  /// The same before reordering, for the comparison with dequantizing first; `nil` where the model itself is that.
  public let quantizedFile: String?
  /// What making it took.
  public let seconds: Double
}

/// The answers of one program in one arithmetic.
public struct AdoptionAnswers: Sendable, Codable {
  /// The logits in the work folder, `[images, classes]`.
  public let file: String
  public let images: Int
  public let classes: Int
  public let saturations: [Evaluation.Saturation]
  public let seconds: Double
}

/// How long calls took, and how much memory.
public struct AdoptionTiming: Sendable, Codable {
  public let batch: Int
  public let threads: Int
  public let calls: Int
  /// Milliseconds of a call.
  public let p50: Double
  public let p99: Double
  /// At the median.
  public let imagesPerSecond: Double
  /// The most memory that the process held.
  public let peakBytes: Int

  public init(
    batch: Int,
    threads: Int,
    calls: Int,
    p50: Double,
    p99: Double,
    imagesPerSecond: Double,
    peakBytes: Int
  ) {
    (self.batch, self.threads, self.calls) = (batch, threads, calls)
    (self.p50, self.p99, self.imagesPerSecond) = (p50, p99, imagesPerSecond)
    self.peakBytes = peakBytes
  }
}

/// Whether a program gives the same bits on every kernel of the machine.
public struct AdoptionKernels: Sendable, Codable {
  /// Those that were tried, the simplest first.
  public let instructionSets: [String]
  public let images: Int
  /// Those whose logits differ from the first one's in any bit.
  public let differing: [String]
}

/// What the recommended program does to values, on some images.
public struct AdoptionLayers: Sendable, Codable {
  /// A residual stream, or the logits, beside the float model's.
  public struct Stream: Sendable, Codable {
    public let name: String
    /// Signal over quantization noise with everything before it quantized, too; `nil` where nothing differs.
    public let decibels: Double?
  }

  /// Values that became codes.
  public struct Codes: Sendable, Codable {
    public let name: String
    /// The share of codes at an end of their range that do not stand for zero.
    public let clipped: Double?
    /// From the least to the greatest code that occurs.
    public let usedCodes: Int
  }

  public let images: Int
  public let streams: [Stream]
  public let codes: [Codes]
}

/// What a part of a program takes as hardware.
public struct AdoptionHardware: Sendable, Codable {
  public struct Part: Sendable, Codable {
    public let part: String
    public let array: Int
    public let cycles: Int
    /// Multiply-accumulates over those that the array could do.
    public let utilization: Double
    /// Energy of an image by measured units (`MachineEnergy`); `nil` without, or where one that it needs was not measured.
    public let picojoules: Double?
    /// By the same units (`MachineArea`), in the library's unit: µm² for osu018.
    public let area: Double?
  }

  /// What units were measured with.
  public struct Power: Sendable, Hashable, Codable {
    /// Of standard cells.
    public let library: String
    /// Hertz.
    public let clock: Double
    public let voltage: Double
    public let glitchModel: GlitchModel
    /// Of elements.
    public let clockGating: ClockGating
  }

  public let parts: [Part]
  /// Why others have no hardware.
  public let missing: [String]
  /// What energies and areas come from; `nil` without measured units.
  public let power: Power?
}
