import Foundation
import IntaglioHardware
import IntaglioTestSupport
import Testing

/// `intaglio hardware verify FOLDER`: what somebody made of a design, against its program.
@Suite("A folder of Verilog that was edited is compared with the program it was made from")
struct HardwareFolderTests {
  private static let sizes = ["--image-size", "32", "--depth", "1", "--width", "64"]
  private static let small = ["vit-t:3"] + sizes
  private static let part = ["--tile", "4", "--part", "mlp:0"]
  private static let model = ["--model", "vit-t:3"] + sizes
  private static let once = ["--limit", "1", "--stalls", "0"]
  private let intaglio: Executable
  private let folder: TemporaryFolder

  init() throws {
    intaglio = try Executable()
    folder = try TemporaryFolder()
  }

  private func emit(_ more: [String] = []) throws {
    let run = try intaglio.run(
      ["hardware", "emit"] + Self.small + Self.part + ["-o", folder.path("design")] + more
    )
    #expect(run.exitCode == 0, "\(run.errors)")
  }

  private func verify(_ more: [String], in simulator: Tool = .icarus) throws -> Executable.Run {
    try intaglio.run(
      ["hardware", "verify", folder.path("design"), "--simulator", simulator.rawValue]
        + Self.once + more
    )
  }

  private func edit(_ name: String, _ old: String, _ new: String) throws {
    let text = String(decoding: try folder.bytes("design/\(name)"), as: UTF8.self)
    #expect(text.contains(old), "\(name) has no '\(old)'")
    try folder.file("design/\(name)", Array(text.replacing(old, with: new).utf8))
  }

  @Test("a memory of one's own, a cycle's register more on the way out: equal", .needs(.icarus))
  func equal() throws {
    try emit()
    // The words of the result pass through a register of another module, which may wait.
    try edit("tile_machine.v", "module tile_machine (", "module inner_machine (")
    try edit("files.f", "row_unit.v\ntile_machine.v\n", "row_unit.v\ntile_machine.v\nmine.v\n")
    try folder.file("design/mine.v", Array(Self.registered.utf8))
    let run = try verify(Self.model + ["--json"])
    #expect(run.exitCode == 0, "\(run.errors)")
    let report = try run.json()
    let outputs = try #require(report["outputs"] as? [String: Any])
    #expect(outputs["compared"] as? Int == 5 * 64 && outputs["mismatched"] as? Int == 0)
    let cycles = try #require(report["cycles"] as? Int)
    #expect((report["expectedCycles"] as? Int).map { $0 + 1 } == cycles, "a register more")
    #expect(report["folder"] as? String == folder.path("design"))
  }

  private static let registered = """
    module tile_machine (
      input wire clk_i, input wire rst_ni, input wire [63:0] s_axis_tdata,
      input wire s_axis_tvalid, input wire s_axis_tlast, input wire m_axis_tready,
      output wire s_axis_tready, output reg [63:0] m_axis_tdata, output reg m_axis_tvalid,
      output reg m_axis_tlast, output wire error_o
    );
      wire [63:0] data;
      wire valid, last;
      wire goes = !m_axis_tvalid || m_axis_tready;
      inner_machine inner (clk_i, rst_ni, s_axis_tdata, s_axis_tvalid, s_axis_tlast, goes,
        s_axis_tready, data, valid, last, error_o);
      always @(posedge clk_i) begin
        if (!rst_ni) m_axis_tvalid <= 0;
        else if (goes) begin
          m_axis_tvalid <= valid;
          m_axis_tdata <= data;
          m_axis_tlast <= last;
        end
      end
    endmodule

    """

  @Test("a wrong sum: the first number that differs, and exit code 1", .needs(.icarus))
  func wrong() throws {
    try emit(["--with-program"])
    try edit("systolic_array_4x4_i3_i4_i12.v", "(first_q[", "(~first_q[")
    try folder.file("design/other.v", Array("module other; endmodule\n".utf8))
    let run = try verify([])
    #expect(run.exitCode == 1 && run.output.contains("NOT EQUAL"))
    #expect(run.output.contains("first      image 0, beat 0: blocks.0.mlp.residual, word 0"))
    #expect(run.errors.contains("other.v is not in files.f"), "\(run.errors)")
  }

  @Test(
    "a design with other units than usual is made again as it was",
    .needs(.icarus),
    arguments: [["--drain-lanes", "all", "--row-lanes", "1"], ["--simd", "2"]]
  )
  func units(options: [String]) throws {
    try emit(["--with-program"] + options)
    let run = try verify(["--json"])
    #expect(run.exitCode == 0, "\(run.errors)")
    let report = try run.json()
    #expect(report["cycles"] as? Int == report["expectedCycles"] as? Int)
  }

  @Test("a machine that stops says so", .needs(.verilator))
  func stuck() throws {
    try emit(["--with-program"])
    try edit("tile_machine.v", "if (sequencer_done) begin", "if (1'd0) begin")
    let run = try verify([], in: .verilator)
    #expect(run.exitCode == 1 && run.errors.contains("the machine stopped"), "\(run.errors)")
    #expect(run.errors.contains("sent=128 received=0"), "\(run.errors)")
  }

  @Test("another program, no program, other options and a damaged description are told apart")
  func refused() throws {
    try emit()
    let missing = try verify([])
    #expect(missing.exitCode == 1 && missing.errors.contains("--model"), "\(missing.errors)")
    let other = try verify(["--model", "vit-t:2"] + Self.sizes)
    #expect(other.exitCode == 1 && other.errors.contains("SHA-256"), "\(other.errors)")
    let tile = try verify(Self.model + ["--tile", "8"])
    #expect(tile.exitCode == 1 && tile.errors.contains("--tile"), "\(tile.errors)")
    let units = try verify(Self.model + ["--simd", "2"])
    #expect(units.exitCode == 1 && units.errors.contains("--simd"), "\(units.errors)")
    let same = try verify(Self.model + ["--keep", folder.path("design")])
    #expect(same.exitCode == 1 && same.errors.contains("--keep"), "\(same.errors)")
    #expect(try !folder.bytes("design/tile_machine.v").isEmpty, "nothing is lost")
    try edit("files.f", "wide.v\n", "narrow.v\n")
    let file = try verify(Self.model)
    #expect(file.exitCode == 1 && file.errors.contains("narrow.v"), "\(file.errors)")
    try edit("design.json", "\"splitsSums\"", "\"splitsHairs\"")
    let option = try verify(Self.model)
    #expect(option.exitCode == 1 && option.errors.contains("splitsHairs"), "\(option.errors)")
    try folder.file("design/design.json", Array("{}".utf8))
    let damaged = try verify(Self.model)
    #expect(damaged.exitCode == 1 && damaged.errors.contains("design.json"), "\(damaged.errors)")
    let none = try intaglio.run(["hardware", "verify", "demo:3", "--model", "demo:3"])
    #expect(none.exitCode == 64 && none.errors.contains("--model"), "\(none.errors)")
  }
}

extension Trait where Self == ConditionTrait {
  fileprivate static func needs(_ tool: Tool) -> Self {
    .enabled(if: tool.path != nil, "not installed: apt-get install \(tool.package)")
  }
}
