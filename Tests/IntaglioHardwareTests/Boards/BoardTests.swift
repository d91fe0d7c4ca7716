import BigInt
import Foundation
import Intaglio
import IntaglioHardware
import IntaglioTestSupport
import Testing

@Suite("Tops of boards: what goes in by their pins comes out as the oracle has it", .needsTools)
struct BoardTests {
  /// A machine with one input and its answer as words.
  private struct Subject {
    let module: HardwareModule
    let input: [BigUInt]
    let answer: [BigUInt]
    /// The lanes that are compared, all bits of each.
    let known: [BigUInt]
    var bits: Int { module.machine.laneBits * 4 }

    init() throws {
      let program = try SmallProgram.architecture(bits: 3)
      module = try HardwareModule(program, part: .mlp(0), tile: 4)
      let vectors = try module.vectors(SmallProgram.samples(program, 1), threads: 2)
      let bits = module.machine.laneBits
      func words(_ beats: [StreamBench.Beat], _ number: (BigUInt?) -> BigUInt) -> [BigUInt] {
        beats.map { beat in
          beat.enumerated().reduce(0) { $0 | number($1.element) << ($1.offset * bits) }
        }
      }
      input = words(vectors.inputs[0]) { $0 ?? 0 }
      answer = words(vectors.outputs[0]) { $0 ?? 0 }
      known = words(vectors.outputs[0]) { $0 == nil ? 0 : (1 << bits) - 1 }
    }

    /// What `bench` prints in Icarus with `design` in it.
    func run(_ design: Verilog.Design, _ bench: String, bytes: Bool) throws -> String {
      let folder = try TemporaryFolder()
      try design.write(to: folder.path)
      func image(_ name: String, _ words: [BigUInt]) throws {
        let count = bits / 8
        let parts = words.flatMap { word in
          bytes ? (0..<count).map { word >> (8 * $0) & 255 } : [word]
        }
        let file = Verilog.MemoryImage(name, bits: bytes ? 8 : bits, words: parts)
        try folder.file(name, Array(file.text.utf8))
      }
      try image("sending.hex", input)
      try image("expected.hex", answer)
      try image("known.hex", known)
      try folder.file("bench.v", Array(bench.utf8))
      let sources = design.modules.map { "\($0.name).v" } + ["bench.v"]
      return try Simulator.icarus.run(sources, top: "bench", in: folder.path)
    }
  }

  /// A computer at the other end of the serial line: some bytes, a break, an input, an answer.
  private static func computer(bytes: Int, bytesOfWord: Int, cyclesPerBit: Int) -> String {
    """
    `timescale 1ns/1ns
    module bench;
      localparam BIT = \(10 * cyclesPerBit);
      reg clock = 0;
      always #5 clock = ~clock;
      reg to_board = 1;
      wire from_board;
      wire [7:0] led;
      reg [7:0] sending [0:\(bytes - 1)];
      reg [7:0] expected [0:\(bytes - 1)];
      reg [7:0] known [0:\(bytes - 1)];
      ulx3s board (.clk_25mhz(clock), .ftdi_txd(to_board), .fire1(1'd0), .ftdi_rxd(from_board),
        .led(led), .wifi_gpio0());
      task send(input [7:0] value);
        integer number;
        begin
          to_board = 0;
          #BIT;
          for (number = 0; number < 8; number = number + 1) begin
            to_board = value[number];
            #BIT;
          end
          to_board = 1;
          #BIT;
        end
      endtask
      integer place, received, wrong;
      reg [7:0] value;
      initial begin
        received = 0;
        wrong = 0;
        forever begin
          @(negedge from_board);
          #(BIT / 2);
          for (place = 0; place < 8; place = place + 1) begin
            #BIT value[place] = from_board;
          end
          #BIT if (from_board !== 1) wrong = wrong + 1;
          if (((value ^ expected[received % \(bytes)]) & known[received % \(bytes)]) !== 0)
            wrong = wrong + 1;
          received = received + 1;
        end
      end
      integer number;
      initial begin
        $readmemh("sending.hex", sending);
        $readmemh("expected.hex", expected);
        $readmemh("known.hex", known);
        #(10 * 400);
        for (number = 0; number < 37; number = number + 1) send(8'ha5);
        to_board = 0;
        #(20 * BIT) to_board = 1;
        #(5 * BIT);
        for (number = 0; number < \(bytes); number = number + 1) send(sending[number]);
        // One byte more than a word while it works: the last one is lost.
        for (number = 0; number < \(bytesOfWord + 1); number = number + 1) send(8'd1);
        wait (received == \(bytes));
        #(3 * BIT);
        $display("received=%0d wrong=%0d led=%b", received, wrong, led[6:0]);
        $finish;
      end
      initial begin
        #(10 * 400000) $display("never received=%0d", received);
        $finish;
      end
    endmodule

    """
  }

  @Test("ULX3S: bytes in, bytes out over its serial line; a break begins anew")
  func serial() throws {
    let subject = try Subject()
    let bytes = subject.input.count * subject.bits / 8
    #expect(subject.answer.count == subject.input.count)
    let output = try subject.run(
      subject.module.machine.serialDesign(cyclesPerBit: 4),
      Self.computer(bytes: bytes, bytesOfWord: subject.bits / 8, cyclesPerBit: 4),
      bytes: true
    )
    // Takes inputs, a byte was lost, there was a break.
    #expect(output.contains("received=\(bytes) wrong=0 led=0110001\n"), "\(output)")
  }

  /// A processor and a DMA engine: registers, an input broken off, a reset by the register, an input.
  private static func processor(bits: Int, beats: Int) -> String {
    """
    module bench;
      reg clock = 0;
      always #5 clock = ~clock;
      reg resetn = 0;
      reg [\(bits - 1):0] sending [0:\(beats - 1)];
      reg [\(bits - 1):0] expected [0:\(beats - 1)];
      reg [\(bits - 1):0] known [0:\(beats - 1)];
      integer sent = 0;
      integer received = 0;
      integer wrong = 0;
      integer short = \(beats);
      reg offers = 0;
      wire takes, gives, last;
      wire [\(bits - 1):0] data;
      reg [5:0] awaddr = 0, araddr = 0;
      reg awvalid = 0, wvalid = 0, arvalid = 0;
      wire awready, wready, bvalid, arready, rvalid;
      wire [1:0] bresp, rresp;
      wire [31:0] rdata;
      intaglio_axi device (.aclk(clock), .aresetn(resetn), .s_axis_tdata(sending[sent]),
        .s_axis_tvalid(offers), .s_axis_tready(takes), .s_axis_tlast(sent == short - 1),
        .m_axis_tdata(data), .m_axis_tvalid(gives), .m_axis_tready(1'd1), .m_axis_tlast(last),
        .s_axi_awaddr(awaddr), .s_axi_awvalid(awvalid), .s_axi_awready(awready),
        .s_axi_wdata(32'd1), .s_axi_wstrb(4'd15), .s_axi_wvalid(wvalid), .s_axi_wready(wready),
        .s_axi_bresp(bresp), .s_axi_bvalid(bvalid), .s_axi_bready(1'd1),
        .s_axi_araddr(araddr), .s_axi_arvalid(arvalid), .s_axi_arready(arready),
        .s_axi_rdata(rdata), .s_axi_rresp(rresp), .s_axi_rvalid(rvalid), .s_axi_rready(1'd1));
      always @(posedge clock) begin
        if (offers && takes) begin
          sent <= sent + 1;
          if (sent == short - 1) offers <= 0;
        end
        if (gives) begin
          if (((data ^ expected[received]) & known[received]) !== 0) wrong = wrong + 1;
          if (last !== (received == \(beats - 1))) wrong = wrong + 1;
          received = received + 1;
        end
      end
      task read(input [5:0] address);
        begin
          @(negedge clock) araddr = address;
          arvalid = 1;
          while (!arready) @(negedge clock);
          @(posedge clock) #1 arvalid = 0;
          while (!rvalid) @(posedge clock) #1;
          $display("read %0d %h", address, rdata);
        end
      endtask
      task send(input integer count);
        begin
          @(negedge clock) short = count;
          sent = 0;
          offers = 1;
          wait (!offers);
        end
      endtask
      integer number;
      initial begin
        $readmemh("sending.hex", sending);
        $readmemh("expected.hex", expected);
        $readmemh("known.hex", known);
        repeat (4) @(posedge clock);
        #1 resetn = 1;
        repeat (4) @(posedge clock);
        for (number = 0; number < 13; number = number + 1) read(4 * number);
        send(7);
        read(40);
        @(negedge clock) awaddr = 44;
        awvalid = 1;
        repeat (3) @(negedge clock);
        wvalid = 1;
        @(negedge clock) awvalid = 0;
        wvalid = 0;
        repeat (4) @(posedge clock);
        read(40);
        send(\(beats));
        read(40);
        wait (received == \(beats));
        repeat (4) @(posedge clock);
        read(48);
        $display("wrong=%0d", wrong);
        $finish;
      end
      initial begin
        #(10 * 100000) $display("never");
        $finish;
      end
    endmodule

    """
  }

  @Test("AXI: registers say what it is, a reset by register clears an error, and streams pass")
  func registers() throws {
    let subject = try Subject()
    let machine = subject.module.machine
    let output = try subject.run(
      machine.design(.axi, identity: 0x0123_4567_89ab_cdef),
      Self.processor(bits: subject.bits, beats: subject.input.count),
      bytes: false
    )
    let reads = output.split(separator: "\n").filter { $0.hasPrefix("read") }
      .compactMap { $0.split(separator: " ").last.flatMap { Int($0, radix: 16) } }
    #expect(
      reads == [
        0x494e_5447, 1, 0x0123_4567, 0x89ab_cdef, 4, machine.laneBits, machine.beatsIn,
        machine.beatsOut, machine.timing.latency, 0, 1, 0, 0,
        // Broken off, reset, at work, one result.
        0b1001, 0b0001, 0b0010, 1,
      ],
      "\(output)"
    )
    #expect(output.contains("wrong=0\n"), "\(output)")
  }

  @Test("no tool has anything to say", arguments: [HardwareTop.axi, .ulx3s])
  func lint(top: HardwareTop) throws {
    let design = try Subject().module.machine.design(top, identity: 1)
    for tool in Tool.allCases {
      try Lint.check(design, with: tool, in: TemporaryFolder().path)
    }
  }

  @Test("a machine of one lane and one unit for sums: Yosys takes whole wires with another sign")
  func wholeWires() throws {
    let module = try HardwareModule(
      SmallProgram.architecture(bits: 3),
      part: .mlp(0),
      tile: 4,
      options: MachineOptions(rowLanes: .count(1), drainLanes: .count(1))
    )
    for tool in Tool.allCases {
      try Lint.check(module.design, with: tool, in: TemporaryFolder().path)
    }
  }

  @Test("every port of the ULX3S has a pin, and weights do not come over its line")
  func pins() throws {
    let program = try SmallProgram.architecture(bits: 2)
    let design = try HardwareModule(program, part: .mlp(0), tile: 2).machine.design(
      .ulx3s,
      identity: 1
    )
    let text = try #require(HardwareTop.ulx3s.constraints["ulx3s.lpf"])
    for port in design.top.ports {
      let bits = port.signal.type.bits
      for bit in 0..<bits {
        let name = bits == 1 ? port.signal.name : "\(port.signal.name)[\(bit)]"
        #expect(text.contains("LOCATE COMP \"\(name)\" SITE "), "\(name)")
      }
    }
    let loadable = try HardwareModule(
      program,
      part: .mlp(0),
      tile: 2,
      options: MachineOptions(hasLoadableWeights: true)
    )
    #expect(throws: HardwareTopError.loadableWeights(.ulx3s)) {
      try loadable.machine.design(.ulx3s, identity: 1)
    }
    let axi = try loadable.machine.design(.axi, identity: 1)
    #expect(axi.top.ports.contains { $0.signal.name == "w_axis_tdata" })
  }
}
