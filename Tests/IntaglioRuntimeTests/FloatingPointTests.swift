#if arch(x86_64) && os(Linux)
import Foundation
import IntaglioRuntime
import IntaglioTestSupport
import Testing

@Suite("Kernels of integer programs")
struct FloatingPointTests {
  /// The families that an integer program uses.
  private static let families = [
    "gemm", "weights", "convert", "requantize", "scaled_sum", "lookup", "integer_normalize",
    "integer_softmax",
  ]

  private static var isReadable: Bool {
    let isRequired = ProcessInfo.processInfo.environment["INTAGLIO_REQUIRE_SHARED"] == "1"
    return (Disassembly.tool != nil || isRequired) && !isSanitized
  }

  /// The machine code of these tests, kernels included.
  private static func disassembly() throws -> Disassembly {
    let tool = try #require(Disassembly.tool, "neither llvm-objdump nor objdump is in PATH")
    let path = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return try Disassembly(of: path, with: tool)
  }

  /// The kernels of every list, by their symbols, for every instruction set of this machine.
  private static func listedKernels() -> [String] {
    let scalar = KernelSelfTest.run(instructionSets: [.scalar]).map(\.kernel)
    let own = ["intaglio_gemm_", "intaglio_lookup_cells_"]
    let shared = scalar.filter { name in !own.contains { name.hasPrefix($0) } }.flatMap { name in
      InstructionSet.supported.filter { KernelTable(limit: $0).instructionSet == $0 }
        .map { name.replacing("__scalar", with: "__\($0)") }
    }
    let cells = Set([.scalar, KernelTable().lookup.cellsInstructionSet] as [InstructionSet])
    return shared + KernelTable().gemms.map(\.name)
      + cells.map { "intaglio_lookup_cells_i32__\($0)" }
  }

  @Test(
    "no kernel of an integer program has a floating-point instruction",
    .enabled(if: isReadable, "no objdump, or a sanitizer's code among the kernels'")
  )
  func integerKernels() throws {
    let disassembly = try Self.disassembly()
    func family(_ symbol: String) -> String? {
      Self.families.first { symbol.hasPrefix("intaglio_\($0)_") }
    }
    let listed = Self.listedKernels().filter { family($0) != nil }
    #expect(Set(listed.compactMap(family)) == Set(Self.families))
    // With what packs matrices, and with instruction sets that this machine may not have.
    let present = disassembly.functions.keys.filter { family($0) != nil }
    // What is called through a pointer is local to the file.
    let locals = disassembly.functions.filter { _, functions in
      functions.contains { function in
        Self.families.contains { function.file?.hasPrefix($0) == true }
      }
    }
    var external: Set<String> = []
    for symbol in Set(listed + present + locals.keys).sorted() {
      let instructions = try disassembly.instructions(reachedFrom: symbol, external: &external)
      #expect(!instructions.isEmpty, "\(symbol) is not in the executable")
      let found = Set(instructions.filter(\.isFloatingPoint).map(\.mnemonic))
      #expect(found.isEmpty, "\(symbol): \(found.sorted())")
      if let family = family(symbol), instructions.contains(where: \.isIndirect) {
        let files = locals.values.joined().compactMap(\.file)
        #expect(files.contains { $0.hasPrefix(family) }, "\(symbol) calls something unknown")
      }
    }
    #expect(external.isSubset(of: ["memcpy", "memset", "memmove"]))
  }

  @Test(
    "the floating-point instructions of a float kernel are found",
    .enabled(if: isReadable, "no objdump, or a sanitizer's code among the kernels'"),
    arguments: ["scalar", "avx2", "avx512vnni"]
  )
  func floatKernels(instructionSet: String) throws {
    let disassembly = try Self.disassembly()
    for kernel in [
      "normalize_layer_norm_f32", "quantize_round_then_clamp_f32", "quantize_quotient_i32",
      "binary_f32_add",
    ] {
      var external: Set<String> = []
      let symbol = "intaglio_\(kernel)__\(instructionSet)"
      let instructions = try disassembly.instructions(reachedFrom: symbol, external: &external)
      #expect(instructions.contains { $0.isFloatingPoint }, "\(symbol)")
    }
  }

  @Test(
    "arithmetic, comparisons and conversions of floats are told from moves and integers",
    arguments: [
      ("vaddps", true), ("addss", true), ("vfmadd231pd", true), ("vcvtdq2ps", true),
      ("cvttps2dq", true), ("vcmpltps", true), ("ucomisd", true), ("vsqrtss", true),
      ("vrndscaleps", true), ("vminps", true), ("vrcp14ps", true), ("vscalefpd", true),
      ("vdpbf16ps", true), ("haddps", true), ("vrangeps", true), ("fldl", true), ("faddp", true),
      ("vmulph", true),
      ("vmovaps", false), ("movss", false), ("vblendvps", false), ("vbroadcastss", false),
      ("vshufps", false), ("vpermps", false), ("vunpcklpd", false), ("vxorps", false),
      ("vandnps", false), ("vgatherdps", false), ("vinsertf128", false), ("vmaskmovps", false),
      ("vmovmskpd", false), ("vpabsd", false), ("vpmaxsd", false), ("vpdpbusd", false),
      ("vpcmpgtd", false), ("pushq", false), ("addq", false), ("shrdq", false),
    ]
  )
  func detector(mnemonic: String, isFloatingPoint: Bool) throws {
    let line = "  1234:       \t\(mnemonic)\t%xmm0, %xmm1"
    let instruction = try #require(Disassembly.Instruction(line: line[...]))
    #expect(instruction.isFloatingPoint == isFloatingPoint)
  }
}
#endif
