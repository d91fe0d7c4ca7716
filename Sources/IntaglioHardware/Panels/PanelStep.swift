public import IntaglioGraph
public import IntaglioNumerics

/// One thing that the machine does with whole panels.
public struct PanelStep: Sendable {
  public enum Work: Sendable {
    /// Sums of products over the words of two panels, each made a number of the result.
    case product(PanelProduct)
    /// The same numbers with words and lanes exchanged: a product with the identity.
    case transposition(of: PanelIndex)
    /// Every lane normalized over its words and quantized, all lanes alike: equations (19) and (20).
    case norm(IntegerNorm, of: PanelIndex)
    /// Every lane through softmax over its words and quantized, all alike: equations (23) to (25).
    case softmax(IntegerSoftmax, of: PanelIndex)
    /// Every lane's distances from its greatest word through thresholds, all alike: equation (36).
    case rowThresholds(RowThresholds, of: PanelIndex)
  }

  /// The model's own name, for messages and reports.
  public let name: String
  public let work: Work
  public let result: PanelIndex
  /// The word of the result where the first one of this step stands.
  public let firstWord: Int

  /// What is subtracted from every number before it is stored.
  public func zeroPoint(in program: PanelProgram) -> Int {
    // What is transposed has lost it already.
    if case .transposition = work { 0 } else { program[result].zeroPoint }
  }
}

/// result[m][n] = epilogue[m](Σₖ rows[k][m] · columns[k][n]): lane m of `rows` becomes word m.
public struct PanelProduct: Sendable {
  public let rows: PanelIndex
  public let columns: PanelIndex
  /// How many words are summed up.
  public let depth: Int
  /// What the sums can be, on the way too.
  public let accumulator: IntegerType
  /// What becomes of a sum, by word of the result.
  public let epilogue: [AccumulatorEpilogue]
  /// The older stream that is joined, or what quotients divide by, and its word that goes with the first
  /// of the result.
  public let residual: Residual?

  public struct Residual: Hashable, Sendable {
    public let panel: PanelIndex
    public let firstWord: Int
    /// Whether that word goes with all of them: a divisor for every lane.
    public let isOneWord: Bool

    /// The word that goes with word `word` of the result.
    package func word(_ word: Int) -> Int { isOneWord ? firstWord : firstWord + word }
  }
}

/// What becomes of an accumulator on its way to memory.
public enum AccumulatorEpilogue: Hashable, Sendable {
  /// It stays.
  case none
  /// A code by thresholds: equations (13) and (18).
  case thresholds(ThresholdTable)
  /// (multiplier · a + residualMultiplier · residual + addend) shifted with rounding and limited:
  /// equation (17).
  case scaledSum(ScaledSumEpilogue)

  public struct ScaledSumEpilogue: Hashable, Sendable {
    public let multiplier: Int
    public let residualMultiplier: Int?
    public private(set) var addend: Int
    /// Where it differs from lane to lane; as many as the result has lanes.
    public private(set) var laneAddends: [Int]?
    public let shift: Int
    /// What it is limited to.
    public let type: IntegerType
    /// Turns what is limited into a code; `nil` where it stays.
    public private(set) var lookup: LookupFunction?
    /// Set where the sum is not shifted: it is divided by the residual, and codes count its steps.
    public private(set) var quotient: Quotient?

    /// What a quotient's codes are.
    public struct Quotient: Hashable, Sendable {
      /// Of what divides; unsigned.
      public let divisor: IntegerType
      /// Whether the least code, less its zero point, is odd: decides ties.
      public let isLeastOdd: Bool
    }

    init(
      multiplier: Int,
      residualMultiplier: Int? = nil,
      addend: Int,
      shift: Int = 0,
      type: IntegerType
    ) {
      (self.multiplier, self.residualMultiplier) = (multiplier, residualMultiplier)
      (self.addend, self.shift, self.type) = (addend, shift, type)
    }

    /// The same with other addends, one for each lane.
    func with(laneAddends: [Int]) -> Self {
      var epilogue = self
      (epilogue.addend, epilogue.laneAddends) = (0, laneAddends)
      return epilogue
    }

    /// The code of multiplier · a + residualMultiplier · b in steps of b · 2^shift, counted from the least code on.
    func over(_ quotient: Quotient) -> Self {
      var epilogue = self
      epilogue.quotient = quotient
      return epilogue
    }

    /// The same with a table behind it, or without one.
    package func with(lookup: LookupFunction?) -> Self {
      var epilogue = self
      epilogue.lookup = lookup
      return epilogue
    }
  }
}
