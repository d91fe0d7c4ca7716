import Foundation
import IntaglioTestSupport
import Testing

import Intaglio

/// What is asked for beyond what a machine has, or a number can say.
@Suite("Limits")
struct LimitTests {
  /// 2⁶², and what does not even parse.
  private static let huge = ["4611686018427387904", "9223372036854775808"]

  private static let options = [
    ["bench", "deit-t", "--batch"], ["bench", "deit-t", "--depth"],
    ["bench", "deit-t", "--width"], ["bench", "deit-t", "--image-size"],
    ["bench", "deit-t", "--bits"], ["bench", "deit-t", "--stream-bits"],
    ["demo", "--count"], ["demo", "--export-images", "out", "--count"],
    ["hardware", "emit", "demo:3", "-o", "out", "--tile"],
    ["hardware", "emit", "demo:3", "-o", "out", "--norm-digit"],
    ["hardware", "emit", "demo:3", "-o", "out", "--product-stages"],
    ["hardware", "emit", "demo:3", "-o", "out", "--part", "attention:"],
    ["hardware", "verify", "demo:3", "--limit"], ["hardware", "verify", "demo:3", "--stalls"],
    ["hardware", "power", "--products"], ["hardware", "power", "--clock"],
    ["hardware", "report", "--tile"], ["hardware", "report", "--bandwidth"],
    ["integerize", "gone", "-o", "out", "--nonlinear", "integer", "--stream-bits"],
    ["integerize", "gone", "-o", "out", "--nonlinear", "integer", "--calibration-limit"],
    ["run", "gone", "x.npy", "--top"], ["evaluate", "gone", "--data", "gone", "--limit"],
    ["compare", "gone", "gone", "--data", "gone", "--limit"],
    ["compare", "gone", "gone", "--data", "gone", "--threshold"],
  ]

  @Test("a number that is too large, or none, is refused and leaves nothing", arguments: options)
  func refused(arguments: [String]) throws {
    let folder = try TemporaryFolder()
    for number in Self.huge + ["nan", "-1"] {
      var arguments = arguments
      let last = arguments.removeLast()
      arguments += last.hasSuffix(":") ? [last + number] : ["\(last)=\(number)"]
      let run = try Executable().run(arguments, in: folder)
      #expect(run.exitCode == 1 || run.exitCode == 64, "\(arguments): \(run.errors)")
      #expect(run.output.isEmpty && !run.errors.isEmpty)
      #expect(!run.errors.contains("Fatal error"), "\(run.errors)")
      #expect(try folder.names() == [], "\(arguments)")
    }
  }

  @Test("seconds that no clock counts are refused, also on request")
  func seconds() throws {
    for seconds in ["1e300", "1e19", "1000001"] {
      let run = try Executable().run(["bench", "deit-t", "--seconds", seconds])
      #expect(run.exitCode == 64 && run.errors.contains("--seconds"), "\(run.errors)")
    }
  }

  @Test("more threads than help are not started, and that is said")
  func threads() throws {
    let folder = try TemporaryFolder()
    let model = try ONNXTestModel.write(to: folder) { _ in }
    try TestArray.write([0.25, -0.5], [1, 2], to: folder.path("x.npy"))
    for threads in ["1000000", "9223372036854775807"] {
      let run = try Executable().run(["run", model, "x.npy", "--threads", threads], in: folder)
      #expect(run.exitCode == 0)
      #expect(run.errors.hasPrefix("note: --threads: \(threads) are more than help; "))
      #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    }
  }

  /// x [1, 2] → rows and columns of `count` equal numbers, multiplied: count² of them, in the middle only.
  private func outer(_ count: Int, in folder: TemporaryFolder) throws -> String {
    try ONNXTestModel.write(to: folder) { model in
      model = ONNXTestModel()
      model.input("x", [1, 2])
      model.integers("column", [2, 1])
      model.integers("wide", [1, count])
      model.node("Reshape", ["x", "column"], ["c"])
      model.node("Expand", ["c", "wide"], ["w"])
      model.node("Transpose", ["w"], ["t"], [.ints("perm", [1, 0])])
      model.node("MatMul", ["t", "w"], ["m"])
      model.node("ReduceMean", ["m"], ["y"], [.ints("axes", [1]), .int("keepdims", 0)])
      model.output("y")
    }
  }

  @Test(
    "a model that needs more memory than there is, is refused before it runs",
    .disabled(if: isSanitized, "the sanitizer reserves more memory than the limit")
  )
  func memory() throws {
    let folder = try TemporaryFolder()
    let model = try outer(46_000, in: folder)
    try TestArray.write([0.25, -0.5], [1, 2], to: folder.path("x.npy"))
    for engine in ["reference", "oracle"] {
      let run = try Executable().run(
        ["run", model, "x.npy", "--engine", engine],
        in: folder,
        script: #"ulimit -v 4000000; "$@""#
      )
      #expect(run.exitCode == 1 && run.output.isEmpty)
      #expect(
        run.errors.contains("GiB of memory") && run.errors.contains("ulimit -v"),
        "\(run.errors)"
      )
    }
  }

  @Test("a budget counts what an engine needs: constants, passes side by side")
  func budget() throws {
    let folder = try TemporaryFolder()
    let model = try Model(contentsOf: outer(300, in: folder))
    func logits(_ kind: Arithmetic, _ count: Int, _ threads: Int, _ bytes: Int) throws {
      let budget = MemoryBudget(available: bytes, source: "a test")
      let engine = try Engine(model.program, arithmetic: kind, threads: threads, budget: budget)
      _ = try engine.logits(Array(repeating: 0, count: 2 * count), count: count)
    }
    // 300 × 300 numbers of 4 or 8 bytes, and less than a fiftieth more.
    for (kind, size) in [(Arithmetic.float32, 360_000), (.oracle, 720_000)] {
      #expect(throws: MemoryError.self) { try logits(kind, 1, 1, size) }
      #expect(throws: Never.self) { try logits(kind, 1, 1, size / 100 * 102) }
      #expect(throws: Never.self) { try logits(kind, 4, 1, size / 100 * 102) }
      #expect(throws: MemoryError.self) { try logits(kind, 2, 2, size / 100 * 102) }
      #expect(throws: Never.self) { try logits(kind, 2, 2, size / 100 * 204) }
    }
    #expect(MemoryBudget.system.available > 1 << 20)
  }
}
