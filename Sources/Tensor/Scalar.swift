/// The numbers that matrices are made of: Float for speed, Double for proofs.
public protocol Scalar: BinaryFloatingPoint, SIMDScalar, LosslessStringConvertible, Sendable {}

extension Float: Scalar {}
extension Double: Scalar {}
