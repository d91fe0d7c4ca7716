import IntaglioData
import IntaglioTestSupport
import Testing

@Suite("A written safetensors file")
struct SafetensorsFileWriteTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func tensors() throws -> [SafetensorsTensor] {
    [
      try SafetensorsTensor(name: "z", shape: [2], floats: [1.5, -0.0]),
      try SafetensorsTensor(name: "aligned", type: .i8, shape: [64], integers: Array(-32..<32)),
      try SafetensorsTensor(name: "\"q\"\n", shape: [1], doubles: [.pi]),
      try SafetensorsTensor(name: "scalar", type: .i32, shape: [], integers: [-5]),
      try SafetensorsTensor(name: "empty", type: .u16, shape: [0], integers: []),
      try SafetensorsTensor(name: "flag", type: .bool, shape: [3], integers: [1, 0, 1]),
    ]
  }

  @Test("reads back as it was")
  func roundTrip() throws {
    let path = folder.path("a.safetensors")
    let tensors = try tensors()
    let metadata = ["b": "\u{1}\\\"/é😀", "a": ""]
    try SafetensorsFile.write(tensors, metadata: metadata, to: path)
    let file = try SafetensorsFile(contentsOf: path)
    #expect(file.metadata == metadata)
    #expect(Set(file.names) == Set(tensors.map(\.name)))
    for tensor in tensors {
      let found = try file.tensor(named: tensor.name)
      #expect(found.type == tensor.type)
      #expect(found.shape == tensor.shape)
      #expect(found.bytes.copy() == tensor.bytes)
    }
    #expect(try file.integers(named: "scalar") == [-5])
    #expect(try file.doubles(named: "\"q\"\n") == [.pi])
  }

  @Test("aligns the data and every tensor to 64 bytes")
  func alignment() throws {
    let path = folder.path("a.safetensors")
    try SafetensorsFile.write(try tensors(), metadata: ["k": "v"], to: path)
    let file = try SafetensorsFile(contentsOf: path)
    #expect(file.tensors.filter { $0.bytes.fileOffset % 64 != 0 }.map(\.name) == [])
    #expect(file.names.first == "aligned")
  }

  @Test("has the same bytes whatever the order of the arguments")
  func deterministic() throws {
    let metadata = Dictionary(uniqueKeysWithValues: (0..<20).map { ("k\($0)", "\($0)") })
    try SafetensorsFile.write(try tensors(), metadata: metadata, to: folder.path("a"))
    try SafetensorsFile.write(try tensors().reversed(), metadata: metadata, to: folder.path("b"))
    #expect(try folder.bytes("a") == folder.bytes("b"))
  }

  @Test("may hold no tensors")
  func empty() throws {
    try SafetensorsFile.write([], to: folder.path("a"))
    let file = try SafetensorsFile(contentsOf: folder.path("a"))
    #expect(file.names == [] && file.metadata == [:])
  }

  @Test("is not begun with tensors that do not fit")
  func refuses() throws {
    #expect(throws: DataError.self) {
      try SafetensorsTensor(name: "a", type: .f32, shape: [2], bytes: [0, 0, 0, 0])
    }
    #expect(throws: DataError.self) {
      try SafetensorsTensor(name: "a", type: .u8, shape: [-1, -1], bytes: [0])
    }
    #expect(throws: DataError.self) {
      try SafetensorsTensor(name: "a", type: .i8, shape: [1], integers: [128])
    }
    #expect(throws: DataError.self) {
      try SafetensorsTensor(name: "a", type: .bool, shape: [1], integers: [2])
    }
    #expect(throws: DataError.self) {
      try SafetensorsTensor(name: "a", type: .f16, shape: [1], integers: [1])
    }
    #expect(throws: DataError.self) {
      try SafetensorsTensor(name: "__metadata__", type: .u8, shape: [1], integers: [1])
    }
    #expect(throws: DataError.self) {
      try SafetensorsTensor(name: "__padding.0", type: .u8, shape: [1], integers: [1])
    }
    let one = try SafetensorsTensor(name: "a", type: .u8, shape: [1], integers: [1])
    #expect(throws: DataError.self) {
      try SafetensorsFile.write([one, one], to: folder.path("a"))
    }
    #expect(try folder.names() == [])
  }
}
