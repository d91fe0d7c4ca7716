import Intaglio
import IntaglioData
import IntaglioTestSupport
import Testing

@Suite("Records of tensors")
struct RecordingTests {
  @Test(
    "what a side records is what it shows, to itself and to others",
    arguments: [Arithmetic.float32, .oracle, .integer]
  )
  func roundTrip(kind: Arithmetic) throws {
    let small = try SmallComparison()
    let side = try ComparisonSide(small.model, arithmetic: kind)
    let path = small.folder.path("record.safetensors")
    try side.record(small.data, to: path, threads: 2)
    let record = try ComparisonSide(ModelSource(path))
    #expect(record.arithmetic == nil && record.kind == "recorded" && record.recordedImages == 3)

    let (forth, back) = (
      try small.compare(record, side), try small.compare(side, record)
    )
    #expect(forth.layers.map(\.name) == back.layers.map(\.name))
    #expect(forth.codesChanged == 0 && forth.codesCompared == back.codesCompared)
    #expect(forth.codesCompared > 0 && forth.agreement?.hits == 3)
    #expect(forth.layers.allSatisfy { $0.cumulative == .exact })
    #expect(forth.layers.allSatisfy { $0.local == .exact })
    #expect(back.layers.allSatisfy { $0.local == nil }, "a record cannot be fed")

    let again = try small.compare(record, record)
    #expect(again.layers.map(\.name) == forth.layers.map(\.name), "the order is recorded")
  }

  @Test("SQNR is 10·log10(Σ a² / Σ (a − b)²), over all images")
  func ratio() throws {
    let small = try SmallComparison(images: 2)
    let a = try record(small, "a", [("x.output", [3, 4, 0, 0]), ("y.output", [0, 0, 0, 0])])
    let b = try record(small, "b", [("x.output", [3, 3, 0, 2]), ("y.output", [0, 1, 0, 0])])
    let result = try small.compare(a, b)
    let x = try #require(result.layer("x"))
    // 25 over 1 + 4.
    #expect(abs((x.cumulative?.decibels ?? 0) - 6.98970004336) < 1e-9)
    #expect(x.maxError == 2 && x.elements == 4 && x.local == nil && x.changed == nil)
    #expect(result.layer("y")?.cumulative == .noSignal)
    #expect(try small.compare(a, a).layers.allSatisfy { $0.cumulative == .exact })
    #expect(result.top1A == nil && result.agreement == nil)
  }

  @Test("layers without an order stand by name, numbers as numbers, the answers last")
  func order() throws {
    let small = try SmallComparison(images: 2)
    let names = ["logits", "blocks.10.x.codes", "blocks.9.x.codes", "blocks.9.x.input"]
    let found = try record(small, "a", names.map { ($0, [0, 1, 2, 3]) }, integers: ".codes")
    let result = try small.compare(found, found)
    #expect(
      result.layers.map(\.name) == ["blocks.9.x", "blocks.9.x.input", "blocks.10.x", "logits"]
    )
  }

  /// Two images of two numbers a tensor.
  private func record(
    _ small: SmallComparison,
    _ name: String,
    _ tensors: [(String, [Double])],
    integers suffix: String? = nil
  ) throws -> ComparisonSide {
    let path = small.folder.path("\(name).safetensors")
    let stored = try tensors.map { name, values in
      if let suffix, name.hasSuffix(suffix) {
        return try SafetensorsTensor(
          name: name,
          type: .i16,
          shape: [2, 2],
          integers: values.map { Int($0) }
        )
      }
      return try SafetensorsTensor(name: name, shape: [2, 2], doubles: values)
    }
    try SafetensorsFile.write(stored, to: path)
    return try ComparisonSide(recording: path)
  }
}
