import BigInt
import Foundation
import IntaglioHardware
import IntaglioTestSupport
import Testing

@Suite("Memories are found from any folder, by a macro that every tool takes", .needsTools)
struct MemoriesMacroTests {
  /// Prints the word of address 2.
  private static let bench = """
    module bench;
      reg clock = 0;
      wire [15:0] word;
      table_memory table_memory (.clk_i(clock), .enable_i(1'd1), .address_i(2'd2),
        .write_i(1'd0), .write_address_i(2'd0), .write_word_i(16'd0), .word_o(word));
      initial begin
        #1 clock = 1;
        #1 $display("word=%h", word);
        $finish;
      end
    endmodule

    """

  private let folder: TemporaryFolder
  private let define: String

  init() throws {
    folder = try TemporaryFolder()
    let image = Verilog.MemoryImage("table.hex", bits: 16, words: [0x1234, 0x5678, 0x9abc, 0xdef0])
    let module = try Memory("table_memory", image: image).module()
    try Verilog.Design(module, images: [image]).write(to: folder.path("design"))
    try FileManager.default.createDirectory(
      atPath: folder.path("elsewhere"),
      withIntermediateDirectories: true
    )
    try folder.file("elsewhere/bench.v", Array(Self.bench.utf8))
    define = "-D\(Verilog.memoriesMacro)=\"../design/\""
  }

  private func run(_ tool: Tool, _ program: String, _ arguments: [String]) throws -> String {
    try tool.run(program, arguments, in: folder.path("elsewhere"))
  }

  @Test("Icarus, which without it does not find the file")
  func icarus() throws {
    for isDefined in [true, false] {
      let arguments = ["-g2005", "-s", "bench", "-o", "bench.vvp", "bench.v"]
      let macro = isDefined ? [define] : []
      _ = try run(.icarus, "iverilog", macro + arguments + ["../design/table_memory.v"])
      let output = try run(.icarus, "vvp", ["-n", "bench.vvp"])
      #expect(output.contains("word=9abc") == isDefined, "\(output)")
    }
  }

  @Test("Verilator")
  func verilator() throws {
    let sources = ["bench.v", "../design/table_memory.v"]
    let options = ["--binary", "--timing", "-Wno-fatal", "--top-module", "bench", "-o", "bench"]
    _ = try run(.verilator, "verilator", [define] + options + sources)
    let output = try run(.verilator, folder.path("elsewhere/obj_dir/bench"), [])
    #expect(output.contains("word=9abc"), "\(output)")
  }

  @Test("Yosys, by its command line and in a script")
  func yosys() throws {
    let after = "proc; opt; memory_collect; write_rtlil found.il"
    let read = "../design/table_memory.v; \(after)"
    for arguments in [
      ["-q", define, "-p", "read_verilog \(read)"], ["-q", "-p", "read_verilog \(define) \(read)"],
    ] {
      _ = try run(.yosys, "yosys", arguments)
      let text = String(decoding: try folder.bytes("elsewhere/found.il"), as: UTF8.self)
      // The words of the file, the first one in the lowest bits.
      #expect(text.contains("64'1101111011110000100110101011110001010110011110000001001000110100"))
    }
  }
}
