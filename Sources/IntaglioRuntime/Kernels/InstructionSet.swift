import CIntaglioKernels

/// What a kernel is written for, from the plainest to the fastest.
public enum InstructionSet: UInt8, Sendable, CaseIterable {
  /// Portable C; every other kernel is compared with it.
  case scalar
  /// x86-64 with AVX2.
  case avx2
  /// x86-64 with AVX2 and AVX-VNNI.
  case avxvnni
  /// x86-64 with AVX-512 F, BW, VL, DQ and VNNI.
  case avx512vnni
  /// The same with AVX-512 VBMI and BMI2.
  case avx512vbmi

  /// Whether this processor and its operating system support it; `scalar` always is.
  public var isSupported: Bool { intaglio_isa_supported(isa) }

  /// Every supported instruction set, plainest first.
  public static var supported: [InstructionSet] { allCases.filter(\.isSupported) }

  private var isa: intaglio_isa {
    switch self {
    case .scalar: INTAGLIO_ISA_SCALAR
    case .avx2: INTAGLIO_ISA_AVX2
    case .avxvnni: INTAGLIO_ISA_AVXVNNI
    case .avx512vnni: INTAGLIO_ISA_AVX512VNNI
    case .avx512vbmi: INTAGLIO_ISA_AVX512VBMI
    }
  }

  init(_ isa: intaglio_isa) {
    self =
      switch isa {
      case INTAGLIO_ISA_AVX2: .avx2
      case INTAGLIO_ISA_AVXVNNI: .avxvnni
      case INTAGLIO_ISA_AVX512VNNI: .avx512vnni
      case INTAGLIO_ISA_AVX512VBMI: .avx512vbmi
      default: .scalar
      }
  }
}

extension InstructionSet: Comparable {
  public static func < (left: InstructionSet, right: InstructionSet) -> Bool {
    left.rawValue < right.rawValue
  }
}

extension InstructionSet: CustomStringConvertible {
  public var description: String {
    switch self {
    case .scalar: "scalar"
    case .avx2: "avx2"
    case .avxvnni: "avxvnni"
    case .avx512vnni: "avx512vnni"
    case .avx512vbmi: "avx512vbmi"
    }
  }
}
