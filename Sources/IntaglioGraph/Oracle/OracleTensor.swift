/// The elements of one value while the oracle computes.
public typealias OracleTensor<Number: OracleNumber> = EvaluatedTensor<Number, Int>

/// What one run of the oracle gives.
public typealias OracleResult<Number: OracleNumber> = EvaluationResult<Number, Int>
