import Foundation

/// The learning rate of each epoch as a multiple of the first one, epochs counted from zero.
public enum LearningRateSchedule: Sendable, Equatable {
  /// Always 1.
  case constant
  /// factor^(epoch / every), rounded down.
  case step(every: Int, factor: Double)
  /// factor^(number of milestones that are not above the epoch), as PyTorch's `MultiStepLR`; milestones
  /// rise.
  case multiStep(milestones: [Int], factor: Double)
  /// factor^epoch, as PyTorch's `ExponentialLR`.
  case exponential(factor: Double)
  /// From 1 down to `minimum` along half a cosine over all epochs; Loshchilov & Hutter, ICLR 2017.
  case cosine(minimum: Double)
  /// (epoch + 1) / epochs until 1 is reached, then 1.
  case linearWarmup(epochs: Int)

  /// The factor in epoch `epoch` of `epochs`.
  public func factor(epoch: Int, of epochs: Int) -> Double {
    switch self {
    case .constant: 1
    case .step(let every, let factor): pow(factor, Double(epoch / every))
    case .multiStep(let milestones, let factor):
      pow(factor, Double(milestones.count { $0 <= epoch }))
    case .exponential(let factor): pow(factor, Double(epoch))
    case .cosine(let minimum):
      minimum + (1 - minimum) * (1 + cos(.pi * Double(epoch) / Double(max(epochs, 1)))) / 2
    case .linearWarmup(let warmup): min(1, Double(epoch + 1) / Double(max(warmup, 1)))
    }
  }
}
