import Foundation

/// The machine code of an executable for x86-64, function by function, as objdump shows it.
struct Disassembly {
  struct Function {
    let start: Int
    let size: Int
    /// The source file of a function that only this file sees.
    let file: String?
  }

  struct Instruction {
    let mnemonic: String
    let operands: String
  }

  /// The first of llvm-objdump and objdump that is in PATH.
  static var tool: String? {
    let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
    return ["llvm-objdump", "objdump"].lazy
      .flatMap { name in folders.map { "\($0)/\(name)" } }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Several where files have local functions of the same name.
  let functions: [String: [Function]]
  private let path: String
  private let tool: String

  init(of path: String, with tool: String) throws {
    self.path = path
    self.tool = tool
    functions = Self.functions(inSymbols: try Self.run(tool, ["-t", path]))
  }

  /// The instructions of a function and of every function that it calls by name; empty when there is
  /// no such function.
  ///
  /// `external` collects what is called and lies in a shared library.
  func instructions(reachedFrom name: String, external: inout Set<String>) throws -> [Instruction] {
    var (reached, waiting): (Set<String>, [String]) = ([name], [name])
    var result: [Instruction] = []
    while let name = waiting.popLast() {
      for function in functions[name] ?? [] {
        let instructions = try instructions(of: function)
        result += instructions
        for callee in instructions.compactMap(\.destination) where reached.insert(callee).inserted {
          if callee.hasSuffix("@plt") {
            external.insert(String(callee.dropLast("@plt".count)))
          } else {
            waiting.append(callee)
          }
        }
      }
    }
    return result
  }

  private func instructions(of function: Function) throws -> [Instruction] {
    let range = [
      "--start-address=\(function.start)", "--stop-address=\(function.start + function.size)",
    ]
    let text = try Self.run(tool, ["-d", "--no-show-raw-insn"] + range + [path])
    return text.split(separator: "\n").compactMap(Instruction.init(line:))
  }

  /// Lines of a symbol table: address, flags, section, size, name; `df` before the local symbols of
  /// a file.
  private static func functions(inSymbols text: String) -> [String: [Function]] {
    var functions: [String: [Function]] = [:]
    var file: String?
    for line in text.split(separator: "\n") {
      let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
      guard let name = words.last else { continue }
      if words.contains("df") { file = name }
      guard words.contains("F"), let section = words.firstIndex(of: ".text"),
        section + 1 < words.count, let start = Int(words[0], radix: 16),
        let size = Int(words[section + 1], radix: 16)
      else { continue }
      let isLocal = words[1] == "l"
      functions[name, default: []]
        .append(Function(start: start, size: size, file: isLocal ? file : nil))
    }
    return functions
  }

  private static func run(_ tool: String, _ arguments: [String]) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: tool)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      throw CocoaError(.executableLoad)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension Disassembly.Instruction {
  private static let prefixes: Set<String> = [
    "lock", "rep", "repe", "repz", "repne", "repnz", "notrack", "bnd", "data16", "cs", "ds",
    "{vex}", "{evex}",
  ]

  /// `  684b1:    vaddps %ymm0, %ymm1, %ymm2`, the address before a colon; `nil` for other lines.
  init?(line: Substring) {
    let parts = line.split(separator: ":", maxSplits: 1)
    guard parts.count == 2, line.first?.isWhitespace == true,
      Int(parts[0].trimmingCharacters(in: .whitespaces), radix: 16) != nil
    else { return nil }
    let words = parts[1].split(whereSeparator: \.isWhitespace).map(String.init)
      .drop { Self.prefixes.contains($0) }
    guard let mnemonic = words.first else { return nil }
    self.mnemonic = mnemonic
    operands = words.dropFirst().joined(separator: " ")
  }

  /// Whether it calls or jumps to what a register or memory says.
  var isIndirect: Bool { (isCall || mnemonic.hasPrefix("jmp")) && operands.hasPrefix("*") }

  /// The start of a function that it calls or jumps to: `callq 0x1a3cb0 <__udivti3>`.
  fileprivate var destination: String? {
    guard isCall || mnemonic.hasPrefix("j"), let open = operands.firstIndex(of: "<"),
      let close = operands.lastIndex(of: ">")
    else { return nil }
    let name = operands[operands.index(after: open)..<close]
    return name.contains("+") ? nil : String(name)
  }

  private var isCall: Bool { mnemonic.hasPrefix("call") }

  /// Whether it computes with floating-point numbers, compares or converts them.
  ///
  /// Moves, shuffles, blends, broadcasts, gathers and bitwise operations on registers that happen to
  /// be named after floats are none of that.
  var isFloatingPoint: Bool {
    // x87 has the letter f to itself. Packed integers have p, which also covers push and pop.
    if mnemonic.hasPrefix("f") { return true }
    if mnemonic.contains("cvt") { return true }
    let name = mnemonic.hasPrefix("v") ? mnemonic.dropFirst() : Substring(mnemonic)
    if name.hasPrefix("p") { return false }
    guard ["ps", "pd", "ss", "sd", "ph", "sh"].contains(where: name.hasSuffix) else { return false }
    return !Self.moves.contains { name.hasPrefix($0) }
  }

  private static let moves = [
    "mov", "shuf", "unpck", "blend", "broadcast", "insert", "extract", "gather", "mask", "xor",
    "and", "or", "compress", "expand", "maskmov", "test",
  ]
}
