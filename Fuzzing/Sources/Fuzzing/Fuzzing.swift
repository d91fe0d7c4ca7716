import ArgumentParser
import CLibFuzzer
import Foundation
import FuzzTargets
import IntaglioNumerics

/// libFuzzer on one of the targets, or what a script needs to know of them.
///
/// `INTAGLIO_FUZZ_TARGET` names the target; then all arguments are libFuzzer's, which starts this
/// program again with arguments of its own.
@main
struct Fuzzing: ParsableCommand {
  static let variable = "INTAGLIO_FUZZ_TARGET"

  static let configuration = CommandConfiguration(
    abstract: "Fuzzes Intaglio's readers; set \(variable) to run one.",
    subcommands: [List.self, Seeds.self]
  )

  static func main() {
    guard let name = ProcessInfo.processInfo.environment[variable] else {
      main(nil)
      return
    }
    guard let target = FuzzTarget.named(name), let folder = try? FuzzFolder.inMemory() else {
      exit(withError: ValidationError("\(variable): no target '\(name)'"))
    }
    fuzzed = Fuzzed(target: target, folder: folder)
    var count = CommandLine.argc
    var arguments = CommandLine.unsafeArgv
    let status = withUnsafeMutablePointer(to: &arguments) { arguments in
      arguments.withMemoryRebound(
        to: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.self,
        capacity: 1
      ) {
        LLVMFuzzerRunDriver(&count, $0, check)
      }
    }
    fuzzed = nil
    Foundation.exit(status)
  }
}

/// What is fuzzed by this process; libFuzzer's functions take no context.
private struct Fuzzed {
  let target: FuzzTarget
  let folder: FuzzFolder
}

private nonisolated(unsafe) var fuzzed: Fuzzed?

private func check(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  guard let fuzzed else { return -1 }
  do throws(FuzzFault) {
    try fuzzed.target.accepts(
      [UInt8](UnsafeBufferPointer(start: bytes, count: count)),
      in: fuzzed.folder
    )
  } catch {
    FileHandle.standardError.write(Data("FAULT: \(error)\n".utf8))
    abort()
  }
  return 0
}

/// What libFuzzer calls in the place of its own mutations; every second one is its own.
@_cdecl("LLVMFuzzerCustomMutator")
func mutate(
  _ bytes: UnsafeMutablePointer<UInt8>,
  _ count: Int,
  _ limit: Int,
  _ seed: UInt32
) -> Int {
  guard let mutation = fuzzed?.target.mutation, seed % 2 == 0 else {
    return LLVMFuzzerMutate(bytes, count, limit)
  }
  var random = SplitMix64(seed: UInt64(seed))
  var content = [UInt8](UnsafeBufferPointer(start: bytes, count: count))
  mutation(&content, limit, &random)
  guard content.count <= limit, !content.isEmpty else {
    return LLVMFuzzerMutate(bytes, count, limit)
  }
  for (index, byte) in content.enumerated() { bytes[index] = byte }
  return content.count
}

extension Fuzzing {
  /// The targets, a line each: the name, the longest input, what it reads.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists the targets.")

    func run() {
      for target in FuzzTarget.all { print("\(target.name) \(target.limit) \(target.title)") }
    }
  }

  /// Sound inputs to begin with, and a dictionary.
  struct Seeds: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Writes the seeds of a target.")

    @Argument(help: "The target.") var target: String
    @Argument(help: "The folder for the seeds; the dictionary stands beside it.") var folder: String

    func run() throws {
      guard let target = FuzzTarget.named(target) else {
        throw ValidationError("no target '\(target)'")
      }
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      for (index, seed) in try target.seeds().enumerated() {
        try Data(seed).write(to: URL(fileURLWithPath: "\(folder)/seed-\(index)"))
      }
      let lines = target.dictionary.map { "\"\($0.replacing("\"", with: "\\\""))\"\n" }
      try Data(lines.joined().utf8).write(to: URL(fileURLWithPath: folder + ".dict"))
    }
  }
}
