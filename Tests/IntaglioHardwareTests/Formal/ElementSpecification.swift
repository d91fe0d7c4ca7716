import IntaglioHardware
import IntaglioNumerics

/// What a processing element does, as its documentation says it, in behavioural Verilog.
///
/// Operands and tokens flow on by one register. The sum is the product where a tile begins, and grows by it
/// otherwise, in the width of the accumulator; an element of several products takes as many pairs in a
/// cycle. A sum is done one cycle after its last product; the drain register takes it then, and takes what
/// is above while the column moves. A product stage makes the product and its tokens a cycle later. The
/// reset clears the tokens that end a sum, and nothing else.
struct ElementSpecification {
  let shape: ArrayShape

  private var row: String { declaration(shape.rowNumbers) }
  private var column: String { declaration(shape.columnNumbers) }
  private var sum: String { declaration(.init(shape.accumulator)) }
  private var isLate: Bool { shape.productStages > 0 }

  func proof() throws -> Proof {
    let module = try ProcessingElement(shape).module()
    return Proof(
      module: module.text,
      name: module.name,
      registers: ["accumulator_q"] + (isLate ? ["product_q", "late_first_q", "late_last_q"] : []),
      specification: specification + miter(module.name),
      parts: isLate ? 4 : 2
    )
  }

  private var inputs: String {
    """
    input clk_i, input rst_ni, input enable_i, input \(row) row_i, input \(column) column_i,
      input first_i, input last_i, input move_i, input \(sum) sum_i
    """
  }

  /// The numbers of an operand, the first in its lowest bits.
  private func numbers(_ name: String, _ operand: String, _ type: IntegerType) -> String {
    let numbers = (0..<shape.products).map { index in
      let part = "\(operand)[\(index * type.bits) +: \(type.bits)]"
      return "\(name)\(index) = \(type.isSigned ? "$signed(\(part))" : part)"
    }
    return "wire signed [31:0] \(numbers.joined(separator: ", "));"
  }

  /// Numbers of 32 bits hold every product; what is known is counted from the first cycle on.
  private var specification: String {
    """
    module specification (
      \(inputs),
      output reg \(row) row, output reg \(column) column, output reg first, output reg last,
      output reg done, output reg \(sum) drain, output reg \(sum) sum,
      output reg signed [31:0] product, output reg late_first, output reg late_last,
      output reg cleared, output reg flows, output reg multiplied, output reg begun,
      output reg drained
    );
      initial {cleared, flows, multiplied, begun, drained} = 0;
      \(numbers("a", "row", shape.rowOperand))
      \(numbers("b", "column", shape.columnOperand))
      wire signed [31:0] now = \((0..<shape.products).map { "a\($0) * b\($0)" }.joined(separator: " + "));
      wire signed [31:0] addend = \(isLate ? "product" : "now");
      wire begins = \(isLate ? "late_first" : "first");
      wire ends = \(isLate ? "late_last" : "last");
      wire is_known = \(isLate ? "multiplied" : "flows");
      always @(posedge clk_i) begin
        if (!rst_ni) begin
          last <= 0; late_last <= 0; done <= 0; cleared <= 1;
        end else if (enable_i) begin
          last <= last_i; late_last <= last; done <= ends;
        end
        if (enable_i) begin
          row <= row_i; column <= column_i; first <= first_i; flows <= 1;
          product <= now; late_first <= first; multiplied <= flows;
          if (begins) sum <= addend; else sum <= sum + addend;
          begun <= is_known && (begins || begun);
          if (done) drain <= sum; else if (move_i) drain <= sum_i;
          drained <= cleared && (done ? begun : move_i || drained);
        end
      end
    endmodule

    """
  }

  private func miter(_ name: String) -> String {
    let late =
      isLate
      ? ", .product_q(product), .late_first_q(late_first), .late_last_q(late_last)" : ""
    let lateIsRelated =
      isLate
      ? """
      assign part[2] = !multiplied || (product == wanted_product && late_first == wanted_late_first);
          assign part[3] = !cleared || late_last == wanted_late_last;
      """ : ""
    let pairs = ["row", "column", "first", "last", "done"]
    return """
      module miter (\(inputs), output related, output [\(isLate ? 3 : 1):0] part);
        wire \(row) row, wanted_row; wire \(column) column, wanted_column;
        wire first, wanted_first, last, wanted_last, done, wanted_done;
        wire \(sum) drain, wanted_drain, sum, wanted_sum;
        wire \(declaration(shape.product)) product; wire signed [31:0] wanted_product;
        wire late_first, wanted_late_first, late_last, wanted_late_last;
        wire cleared, flows, multiplied, begun, drained;
        \(name) unit (.clk_i(clk_i), .rst_ni(rst_ni), .enable_i(enable_i), .row_i(row_i),
          .column_i(column_i), .first_i(first_i), .last_i(last_i), .move_i(move_i), .sum_i(sum_i),
          \(pairs.map { ".\($0)_o(\($0))" }.joined(separator: ", ")), .sum_o(drain),
          .accumulator_q(sum)\(late));
        specification wanted (.clk_i(clk_i), .rst_ni(rst_ni), .enable_i(enable_i), .row_i(row_i),
          .column_i(column_i), .first_i(first_i), .last_i(last_i), .move_i(move_i), .sum_i(sum_i),
          \(pairs.map { ".\($0)(wanted_\($0))" }.joined(separator: ", ")), .drain(wanted_drain),
          .sum(wanted_sum), .product(wanted_product), .late_first(wanted_late_first),
          .late_last(wanted_late_last), .cleared(cleared), .flows(flows), .multiplied(multiplied),
          .begun(begun), .drained(drained));
        assign part[0] = (!flows || (row == wanted_row && column == wanted_column
            && first == wanted_first))
          && (!cleared || (last == wanted_last && done == wanted_done))
          && (!drained || drain == wanted_drain);
        assign part[1] = !begun || sum == wanted_sum;
        \(lateIsRelated)
        assign related = &part;
      endmodule
      """
  }
}
