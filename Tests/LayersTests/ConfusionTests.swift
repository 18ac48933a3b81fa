import Tensor
import Testing

@testable import Layers

@Suite struct ConfusionTests {
  @Test(arguments: [1, 15, 16, 121]) func countsAreTheNaiveOnes(_ columns: Int) {
    func check<S: Scalar>(_: S.Type) {
      let rows = 40
      var logits: Matrix<S> = random(rows, columns, "logits")
      logits[0, 0] = 0.25
      let labels = Matrix<S>(rows, columns, (0..<rows * columns).map { $0 * 7 % 5 < 2 ? 1 : 0 })
      let counts = (0..<rows).map { UInt8($0 % 3 == 1 ? 0 : 1) }
      var naive = Confusion()
      for r in 0..<rows where counts[r] != 0 {
        for c in 0..<columns {
          switch (logits[r, c] >= 0.25, labels[r, c] == 1) {
          case (true, true): naive.truePositives += 1
          case (true, false): naive.falsePositives += 1
          case (false, true): naive.falseNegatives += 1
          case (false, false): naive.trueNegatives += 1
          }
        }
      }
      let confusion = Confusion(logits: logits, labels: labels, counts: counts, threshold: 0.25)
      #expect(confusion == naive)
    }
    check(Float.self)
    check(Double.self)
  }

  @Test func scoresFollowTheirFormulas() {
    var a = Confusion()
    (a.truePositives, a.falsePositives, a.falseNegatives, a.trueNegatives) = (6, 2, 1, 11)
    #expect(abs(a.microF1 - 12.0 / 15) < 1e-15 && abs(a.accuracy - 17.0 / 20) < 1e-15)
    var b = Confusion()
    (b.truePositives, b.falsePositives, b.falseNegatives, b.trueNegatives) = (1, 10, 100, 1_000)
    let sum = a + b
    #expect(
      [sum.truePositives, sum.falsePositives, sum.falseNegatives, sum.trueNegatives]
        == [7, 12, 101, 1_011])
    #expect(Confusion().microF1 == 0 && Confusion().accuracy == 0)
  }

  @Test func theFirstOfEqualLogitsIsTheAnswer() {
    let logits = Matrix<Float>(5, 3, [1, 2, 0, 3, 3, 1, 0, 0, 0, -1, -3, -2, 5, 1, 9])
    let labels = Matrix<Float>(5, 3, [0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1])
    let all = [UInt8](repeating: 1, count: 5)
    #expect(rightNodes(logits: logits, labels: labels, counts: all) == 4)
    // Each alone: two that are wrong must not make up for each other.
    let right = (0..<5).map { row in
      rightNodes(logits: logits, labels: labels, counts: (0..<5).map { $0 == row ? 1 : 0 })
    }
    #expect(right == [1, 0, 1, 1, 1])
    #expect(rightNodes(logits: logits, labels: labels, counts: [0, 0, 0, 0, 0]) == 0)
  }
}
