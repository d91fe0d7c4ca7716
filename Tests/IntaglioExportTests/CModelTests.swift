import Foundation
import IntaglioData
import IntaglioExport
import IntaglioGraph
import IntaglioHardware
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("CModel: programs as C")
struct CModelTests {
  private static let compiler = ["/usr/bin/gcc", "/usr/bin/cc"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }
  private static let description = ModelDescription(name: "small */ model", source: "test")

  /// Prints the logits of the samples of seeds 0 to 7.
  private static func main(_ samples: [[Int]]) -> String {
    """

    #include <stdio.h>
    static const int8_t samples[\(samples.count)][MODEL_CODES] = {
    \(samples.map { "{" + $0.map(String.init).joined(separator: ", ") + "}" }.joined(separator: ",\n"))
    };
    int main(void)
    {
      for (int i = 0; i < \(samples.count); i++) {
        int32_t logits[MODEL_LOGITS];
        if (model_run_codes(samples[i], logits)) return 1;
        for (int j = 0; j < MODEL_LOGITS; j++) printf("%ld ", (long)logits[j]);
        printf("%ld\\n", (long)model_class(logits));
      }
      return 0;
    }

    """
  }

  @Test(
    "gives the oracle's accumulators in every bit, compiled without a warning",
    .enabled(if: compiler != nil, "no C compiler"),
    arguments: 0..<6 as Range<UInt64>
  )
  func equal(seed: UInt64) throws {
    let program = try ExportedProgram(seed: seed)
    let model = try CModel(program: program.proof(), description: Self.description)
    let samples = (0..<8 as Range<UInt64>).map { ExportedProgram.sample($0) }
    let folder = try TemporaryFolder()
    let source = folder.path("model.c")
    let text = model.text + Self.main(samples.map(\.codes))
    try AtomicFile.write(bytes: Array(text.utf8), to: source)
    let compiler = try #require(Self.compiler)
    let flags = "-std=c99 -Os -Wall -Wextra -pedantic -Werror -o".split(separator: " ").map(
      String.init
    )
    // A warning is an error, whose text the test shows.
    _ = try Subprocess.run(compiler, flags + [folder.path("model"), source], in: folder.path)
    let printed = try Subprocess.run(folder.path("model"), [], in: folder.path)
    let lines = printed.split(separator: "\n").map {
      $0.split(separator: " ").compactMap { Int($0) }
    }
    let graph = program.graph
    let sum = try #require(graph.values.first { graph.name(of: $0) == "sum" })
    let logits = graph.outputs[0].value
    let oracle = try Oracle<Rational>(graph)
    for (index, sample) in samples.enumerated() {
      let image = sample.image.map { Rational(exactly: $0) ?? .zero }
      let found = try oracle.values([sum, logits], of: ["image": .real(image)])
      guard case .integer(let expected) = found[sum], case .real(let reals) = found[logits] else {
        Issue.record("no integers")
        return
      }
      #expect(Array(lines[index].dropLast()) == expected)
      // All scales are far enough apart for the rounded scores.
      #expect(reals[lines[index].last ?? 0] == reals.max())
    }
  }

  @Test("has no floating-point number, says how much memory it needs, and keeps comments closed")
  func text() throws {
    let model = try CModel(program: ExportedProgram(seed: 1).proof(), description: Self.description)
    for word in ["float", "double", "malloc", "#include <s"] {
      let places = model.text.split(separator: "\n").filter { line in
        line.contains(word) && !line.hasPrefix(" *") && line != "#include <stdint.h>"
      }
      #expect(places.isEmpty, "\(word): \(places)")
    }
    #expect(
      model.text.contains("\(model.tableBytes) bytes (ROM), buffers \(model.memoryBytes) bytes")
    )
    #expect(model.text.contains("small * / model"))
  }

  @Test("a norm by an integer root is refused by name")
  func refused() throws {
    let root = try #require(FixedPointRoot(count: 8, bound: 1 << 19, epsilon: 1))
    let program = try ExportedProgram(seed: 1, norm: .fixedPoint(root)).proof()
    #expect {
      try CModel(program: program, description: Self.description)
    } throws: { error in
      "\(error)".hasPrefix("node norm: a norm by an integer root has no form in the C file")
    }
  }
}
