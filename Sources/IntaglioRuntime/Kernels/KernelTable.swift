import CIntaglioKernels

/// The kernels to run a program with: of every family the best that this machine and `limit` allow,
/// which is the last such in the family's list.
///
/// A plain value; whoever runs a program passes its table along, so that two runs in one process
/// may use different kernels.
public struct KernelTable: Sendable {
  /// Every usable matrix multiplication, scalar first and the faster the later.
  public let gemms: [GemmKernel]
  public let weights: WeightKernels
  public let convert: ConvertKernels
  public let requantize: RequantizeKernels
  public let exceptions: ExceptionKernels
  public let dequantize: DequantizeKernels
  public let quantize: QuantizeKernels
  public let unary: UnaryKernels
  public let binary: BinaryKernels
  public let normalize: NormalizeKernels
  public let scaledSum: ScaledSumKernels
  public let lookup: LookupKernels
  public let integerNormalize: IntegerNormalizeKernels
  public let integerSoftmax: IntegerSoftmaxKernels

  /// - Parameter limit: no kernel that needs anything else is used, even where the machine has it.
  public init(limit: InstructionSet = .unlimited) {
    gemms = usable(intaglio_gemm_kernels, limit, isa: \.isa).map(GemmKernel.init)
    weights = WeightKernels(best(intaglio_weights_list, limit, isa: \.isa))
    convert = ConvertKernels(best(intaglio_convert_list, limit, isa: \.isa))
    requantize = RequantizeKernels(best(intaglio_requantize_list, limit, isa: \.isa))
    exceptions = ExceptionKernels(best(intaglio_exceptions_list, limit, isa: \.isa))
    dequantize = DequantizeKernels(best(intaglio_dequantize_list, limit, isa: \.isa))
    quantize = QuantizeKernels(best(intaglio_quantize_list, limit, isa: \.isa))
    unary = UnaryKernels(best(intaglio_unary_list, limit, isa: \.isa))
    binary = BinaryKernels(best(intaglio_binary_list, limit, isa: \.isa))
    normalize = NormalizeKernels(best(intaglio_normalize_list, limit, isa: \.isa))
    scaledSum = ScaledSumKernels(best(intaglio_scaled_sum_list, limit, isa: \.isa))
    lookup = LookupKernels(best(intaglio_lookup_list, limit, isa: \.isa))
    integerNormalize = IntegerNormalizeKernels(
      best(intaglio_integer_normalize_list, limit, isa: \.isa)
    )
    integerSoftmax = IntegerSoftmaxKernels(
      best(intaglio_integer_softmax_list, limit, isa: \.isa)
    )
  }

  /// The instruction set of every family but the matrix multiplications, which may go beyond it.
  public var instructionSet: InstructionSet { convert.instructionSet }

  /// The fastest multiplication that is exact for a ≤ `largestA` and b in `rangeB`.
  ///
  /// - Parameters:
  ///   - largestA: the largest a.
  ///   - rangeB: all b.
  ///   - packsOften: whether B is packed for every multiplication, so that packing has to be quick.
  /// - Returns: a kernel of the table.
  public func gemm(
    largestA: Int,
    rangeB: ClosedRange<Int>,
    packsOften: Bool = false
  ) -> GemmKernel {
    var chosen = gemms[0]
    for kernel in gemms
    where kernel.isPreferred && kernel.isExact(largestA: largestA, rangeB: rangeB)
      && !(packsOften && kernel.looksUp)
    {
      chosen = kernel
    }
    return chosen
  }

  /// The fastest multiplication that is exact for a ≤ `largestA` and |b| ≤ `largestMagnitudeB`, but
  /// no b above 127.
  public func gemm(largestA: Int = 255, largestMagnitudeB: Int = 128) -> GemmKernel {
    gemm(largestA: largestA, rangeB: -largestMagnitudeB...min(largestMagnitudeB, 127))
  }

  /// The multiplication with this name, where this machine and the table's limit allow it.
  public func gemm(named name: String) -> GemmKernel? { gemms.first { $0.name == name } }
}

/// A family's list as C hands it out: the first entry's address and the number of entries, at least
/// one.
private typealias KernelList<Kernel> = (UnsafeMutablePointer<Int>) -> UnsafePointer<Kernel>

/// The entries that this machine and `limit` allow; the first entry of every list is scalar.
private func usable<Kernel>(
  _ list: KernelList<Kernel>,
  _ limit: InstructionSet,
  isa: (Kernel) -> intaglio_isa
) -> [Kernel] {
  var count = 0
  let first = list(&count)
  return UnsafeBufferPointer(start: first, count: count).filter { kernel in
    let instructionSet = InstructionSet(isa(kernel))
    return instructionSet.isSubset(of: limit) && instructionSet.isSupported
  }
}

/// The last of the usable entries: a list has the better kernels later.
private func best<Kernel>(
  _ list: KernelList<Kernel>,
  _ limit: InstructionSet,
  isa: (Kernel) -> intaglio_isa
) -> Kernel {
  let entries = usable(list, limit, isa: isa)
  return entries[entries.count - 1]
}
