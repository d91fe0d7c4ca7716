public import Intaglio
public import IntaglioData
public import IntaglioReport

/// The report of `intaglio report`: what low bits cost and save for one model and its images.
///
/// Decodable, so that a later report can be held against it.
public struct AdoptionReport: Report, Codable, Sendable {
  /// Raised where a key changes its meaning.
  public static let schema = 1

  public let schema: Int
  public let verdict: Verdict
  public let identity: Identity
  public let images: Images
  /// The model in float32.
  public let reference: Row
  /// What was tried, the most bit operations first.
  public let candidates: [Row]
  /// The recommended widths dequantized before every multiplication, in float32.
  public let dequantized: Row?
  public let failures: [AdoptionResult.Failure]
  /// Of the recommended program.
  public let classes: Classes?
  public let flips: [Flip]
  public let proof: Proof?
  public let layers: [Layer]
  /// Its residual streams and codes.
  public let values: AdoptionLayers?
  public let kernels: AdoptionKernels?
  public let hardware: AdoptionHardware?
  /// Where the numbers of each key come from.
  public let provenance: [Provenance]
  /// Times are those of this processor.
  public let processor: String
  public let threads: Int

  /// Whether and with what it pays.
  public struct Verdict: Codable, Sendable {
    public let standing: AdoptionStanding
    /// The name of the candidate; `nil` where all exceed the budget.
    public let candidate: String?
    public let maxDrop: Double
    public let images: Int
    /// Percentage points that are lost, with their 95 % paired interval.
    public let drop: Double?
    public let dropLow: Double?
    public let dropHigh: Double?
    public let imagesMissing: Int?
    /// The packed program.
    public let program: String?
    public let budget: AdoptionBudget
  }

  /// What the figures follow from.
  public struct Identity: Codable, Sendable {
    public let model: String
    public let name: String
    /// Whether the model has quantizers of its own; float32 then stands for dequantizing first.
    public let isQuantized: Bool
    public let fileHash: SHA256Digest?
    public let modelHash: SHA256Digest
    public let calibrationHash: SHA256Digest
    public let evaluationHash: SHA256Digest
    public let programHash: SHA256Digest?
    public let version: String
    public let command: String
  }

  public struct Images: Codable, Sendable {
    public let calibrationFolder: String
    public let calibration: Int
    public let evaluationFolder: String
    public let evaluation: Int
    public let classes: Int
    /// Classes of the model without an image.
    public let withoutImages: Int
    public let labels: ClassMatching
    public let unreadable: [AdoptionImages.Unreadable]
  }

  /// Hits of a total, with Wilson's 95 % interval.
  public struct Share: Codable, Sendable {
    public let hits: Int
    public let total: Int
    public let value: Double
    public let low: Double
    public let high: Double

    public init(_ proportion: Proportion) {
      (hits, total, value) = (proportion.hits, proportion.total, proportion.value)
      let interval = proportion.interval95
      (low, high) = (interval.lowerBound, interval.upperBound)
    }
  }

  /// One model or program.
  public struct Row: Codable, Sendable {
    public let name: String
    public let candidate: AdoptionCandidate?
    public let standing: AdoptionStanding?
    public let isWithinBudget: Bool
    public let meanWeightBits: Double?
    public let meanActivationBits: Double?
    public let top1: Share
    public let top5: Share
    /// Percentage points of top-1 below the reference, and their 95 % paired interval.
    public let drop: Double
    public let dropLow: Double
    public let dropHigh: Double
    /// McNemar's exact test.
    public let pValue: Double
    /// Images that only the reference, and only the program, answers rightly.
    public let lost: Int
    public let won: Int
    public let sameAnswers: Share
    /// Nats.
    public let divergence: Double
    public let logitDecibels: Double?
    public let notFinite: Int
    /// Bytes of the packed file; of float32 four for every parameter.
    public let bytes: Int
    public let bitOperations: Int
    /// Microjoules of an image by the formula of `AdoptionEnergy`.
    public let energy: Double
    public let timings: [AdoptionTiming]
    /// Elements of residual streams that were cut off, over all images.
    public let saturations: Int
    public let file: String?
    public let hash: SHA256Digest?
  }

  public struct Flip: Codable, Sendable {
    public let image: String
    public let label: String
    public let reference: String
    public let program: String
    public let isLost: Bool
    public let isWon: Bool
    public let divergence: Double
  }

  public struct Classes: Codable, Sendable {
    public struct Recall: Codable, Sendable {
      public let name: String
      public let reference: Share
      public let program: Share
    }

    public struct Confusion: Codable, Sendable {
      public let label: String
      public let answer: String
      public let reference: Int
      public let program: Int
    }

    public struct Missed: Codable, Sendable {
      public let falseAlarms: Double
      public let reference: Share
      public let program: Share
    }

    public struct Defects: Codable, Sendable {
      public let goodClass: String
      public let good: Int
      public let defective: Int
      /// Areas under the receiver operating characteristic.
      public let referenceArea: Double
      public let programArea: Double
      public let missed: [Missed]
    }

    public let recalls: [Recall]
    public let worse: [Confusion]
    public let defects: Defects?
  }

  /// What is proved of the recommended program.
  public struct Proof: Codable, Sendable {
    public let multiplications: Int
    public let integerMultiplications: Int
    public let operations: Int
    public let floatOperations: Int
    public let accumulatorBits: Int
    public let streamBits: [Int]
    public let saturations: [Evaluation.Saturation]
  }

  /// A multiplication of the recommended program.
  public struct Layer: Codable, Sendable {
    public let name: String
    public let weights: Int?
    public let activations: Int
    public let macs: Int
    public let bytes: Int
    public let accumulatorBits: Int?
    public let isEdge: Bool
    /// Nats by which the answers diverge where only this layer has its widths, everything else as in the float model.
    public let isolated: Double?
    /// The same by bits of its weights, and of its activations.
    public let byWeightBits: [Int: Double]?
    public let byActivationBits: [Int: Double]?
  }

  /// Where numbers come from.
  public struct Provenance: Codable, Sendable {
    public enum Kind: String, Codable, Sendable { case measured, computed, proved }

    public let keys: String
    public let kind: Kind
    public let command: String
    /// A formula or a source, where there is one.
    public let note: String?
  }
}

extension AdoptionReport {
  /// The row that is recommended.
  public var recommended: Row? {
    verdict.candidate.flatMap { name in candidates.first { $0.name == name } }
  }
}

/// The energy of arithmetic and of reading weights, by what they cost in 45 nm.
///
/// M. Horowitz, "Computing's Energy Problem", ISSCC 2014: a multiplication of 8-bit integers 0.2 pJ, of 32-bit floats
/// 3.7 pJ, an addition of 32-bit integers 0.1 pJ, of floats 0.9 pJ, 32 bits from DRAM 640 pJ. Multiplications of other
/// widths in proportion to the product of their bits; every weight is read once for an image.
public enum AdoptionEnergy {
  public static let formula =
    "(MACs · 0.1 + bit operations · 0.2 / 64 + bytes · 160) pJ; float32: (MACs · 4.6 + bytes · 160) pJ"

  /// Microjoules of an image on integers.
  public static func integers(macs: Int, bitOperations: Int, bytes: Int) -> Double {
    (Double(macs) * 0.1 + Double(bitOperations) * 0.2 / 64 + Double(bytes) * 160) * 1e-6
  }

  /// Microjoules of an image in float32.
  public static func float32(macs: Int, bytes: Int) -> Double {
    (Double(macs) * 4.6 + Double(bytes) * 160) * 1e-6
  }
}
