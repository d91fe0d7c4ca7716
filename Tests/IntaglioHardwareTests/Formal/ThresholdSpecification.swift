import IntaglioHardware
import IntaglioNumerics

/// What a threshold unit does, in behavioural Verilog: two enabled cycles after a value and its table, the
/// base plus the number of rising thresholds that the value reaches minus that of falling ones.
///
/// A table's word has every threshold less one, and all of them are free: sorted or not.
struct ThresholdSpecification {
  let unit: ThresholdRequantizer

  private var value: String { declaration(.init(unit.value)) }
  private var code: String { declaration(.init(unit.code)) }
  private var table: String { declaration(unit.table) }
  private var count: Int { unit.rises + unit.falls }

  func proof() throws -> Proof {
    let module = try unit.module()
    return Proof(
      module: module.text,
      name: module.name,
      registers: ["base_q", "beyond_q"],
      specification: specification + miter(module.name),
      parts: count + 2
    )
  }

  private var specification: String {
    let bits = unit.value.bits
    let stored = "table_q[\(unit.code.bits) + i * \(bits) +: \(bits)]"
    return """
      module specification (
        input clk_i, input enable_i, input \(value) value_i, input \(table) table_i,
        output reg \(code) code, output \(code) base, output reg [\(count - 1):0] reached,
        output reg filled, output reg given
      );
        initial {filled, given} = 0;
        reg \(value) value_q;
        reg \(table) table_q;
        assign base = table_q[\(unit.code.bits - 1):0];
        wire signed [\(bits + 1):0] number = value_q;
        reg signed [\(bits + 1):0] threshold;
        reg [\(unit.code.bits - 1):0] sum;
        integer i;
        always @* begin
          sum = base;
          for (i = 0; i < \(count); i = i + 1) begin
            threshold = \(unit.value.isSigned ? "$signed(\(stored))" : stored) + 1;
            reached[i] = number >= threshold;
            sum = i < \(unit.rises) ? sum + reached[i] : sum - reached[i];
          end
        end
        always @(posedge clk_i) if (enable_i) begin
          value_q <= value_i; table_q <= table_i; filled <= 1;
          code <= sum; given <= filled;
        end
      endmodule

      """
  }

  private func miter(_ name: String) -> String {
    """
    module miter (
      input clk_i, input enable_i, input \(value) value_i, input \(table) table_i,
      output related, output [\(count + 1):0] part
    );
      wire \(code) code, wanted_code, base, wanted_base;
      wire [\(count - 1):0] beyond, reached;
      wire filled, given;
      \(name) unit (.clk_i(clk_i), .enable_i(enable_i), .value_i(value_i), .table_i(table_i),
        .code_o(code), .base_q(base), .beyond_q(beyond));
      specification wanted (.clk_i(clk_i), .enable_i(enable_i), .value_i(value_i),
        .table_i(table_i), .code(wanted_code), .base(wanted_base), .reached(reached),
        .filled(filled), .given(given));
      assign part[0] = !given || code == wanted_code;
      assign part[1] = !filled || base == wanted_base;
      assign part[\(count + 1):2] = ~{\(count){filled}} | ~(beyond ^ reached);
      assign related = &part;
    endmodule
    """
  }
}
