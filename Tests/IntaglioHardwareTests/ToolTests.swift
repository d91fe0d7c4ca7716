import IntaglioHardware
import IntaglioTestSupport
import Testing

@Suite("Tools that are missing or fail say so")
struct ToolTests {
  @Test("a missing tool names its package")
  func missing() {
    #expect(
      ToolError.missing(.icarus).description
        == "no 'iverilog' on the PATH; install it: apt-get install iverilog"
    )
  }

  @Test("a folder that cannot be made is named")
  func folder() throws {
    let module = try Verilog.Module("empty", summary: ["Nothing."], ports: [], sections: [])
    let design = try Verilog.Design(module)
    let folder = try TemporaryFolder()
    let inside = try folder.file("file", [0]) + "/inside"
    #expect(throws: ToolError.folder(inside)) { try design.write(to: inside) }
  }

  @Test("what a tool complains about is in the error", .needsTools)
  func complaint() throws {
    let input = Verilog.Signal("idle_i", .bit)
    let module = try Verilog.Module(
      "idle",
      summary: ["Reads nothing."],
      ports: [.input(input)],
      sections: []
    )
    let (design, folder) = (try Verilog.Design(module), try TemporaryFolder())
    let error = #expect(throws: ToolError.self) {
      try Lint.check(design, with: .verilator, in: folder.path)
    }
    #expect(error?.description.contains("idle_i") == true)
  }
}
