import Testing

@testable import Datasets
@testable import Graph

@Suite struct DatasetNodeSplitTests {
  /// 100 nodes of three classes; every tenth node's class is unknown.
  let classes = (0..<100).map { $0 % 10 == 9 ? NodeDataset<Float>.unknown : $0 % 3 }

  /// Parts are disjoint, sorted, and cover all nodes whose class is known.
  func checkCover(_ split: NodeSplit) {
    let all = split.training + split.validation + split.test
    #expect(all.sorted() == classes.indices.filter { classes[$0] >= 0 })
    for part in NodeSplit.Part.allCases {
      #expect(split.nodes(part).sorted() == split.nodes(part))
      #expect(split.mask(part).indices.filter { split.mask(part)[$0] } == split.nodes(part))
    }
  }

  @Test func sameNumbersOfEachClass() throws {
    let split = try NodeSplit.randomPerClass(
      classes, classCount: 3, training: 5, validation: 7, seed: 1)
    checkCover(split)
    for label in 0..<3 {
      #expect(split.training.filter { classes[$0] == label }.count == 5)
      #expect(split.validation.filter { classes[$0] == label }.count == 7)
    }
  }

  @Test func sharesOfTheKnownNodes() throws {
    let split = try NodeSplit.randomShares(classes, training: 0.48, validation: 0.32, seed: 1)
    checkCover(split)
    #expect((split.training.count, split.validation.count, split.test.count) == (43, 29, 18))
    let other = try NodeSplit.randomShares(classes, training: 0.2, validation: 0.2, seed: 1)
    #expect((other.training.count, other.validation.count, other.test.count) == (18, 18, 54))
  }

  @Test func theSeedDecides() throws {
    func draw(_ seed: UInt64) throws -> [NodeSplit] {
      try [
        .randomPerClass(classes, classCount: 3, training: 5, validation: 7, seed: seed),
        .randomShares(classes, training: 0.2, validation: 0.2, seed: seed),
      ]
    }
    #expect(try draw(1) == draw(1))
    for (a, b) in try zip(draw(1), draw(2)) { #expect(a.training != b.training) }
  }

  @Test func splitsThatCannotBe() {
    func make(_ training: [Int], _ validation: [Int], _ test: [Int]) throws {
      _ = try NodeSplit(
        name: "s", nodeCount: 4, training: training, validation: validation, test: test,
        location: "a.npz")
    }
    expectDataError(.malformed, "a.npz", "'s'", "training and test parts overlap", "node 1") {
      try make([0, 1], [2], [3, 1])
    }
    expectDataError(.malformed, "validation part has no nodes") { try make([0], [], [1]) }
    expectDataError(.malformed, "test part names node 4", "0 to 3") { try make([0], [1], [4]) }
    expectDataError(.malformed, "training part names node 0 twice") { try make([0, 0], [1], [2]) }
    expectDataError(.malformed, "test mask has 1 entries", "2 nodes") {
      _ = try NodeSplit(
        name: "s", trainingMask: [true, false], validationMask: [false, true], testMask: [true],
        known: [true, true])
    }
  }

  @Test func masksLeaveOutUnknownNodes() throws {
    let split = try NodeSplit(
      name: "s", trainingMask: [true, true, false, false],
      validationMask: [false, false, true, false], testMask: [false, false, false, true],
      known: [true, false, true, true])
    #expect((split.training, split.validation, split.test) == ([0], [2], [3]))
  }

  /// Orders of Fisher and Yates from the streams of the splits, computed in Python from the
  /// definitions: results that are stored rest on these nodes.
  @Test func drawsAreThoseOfTheDefinitions() throws {
    let classes = (0..<16).map { $0 == 4 ? -1 : $0 % 3 }
    let perClass = try NodeSplit.randomPerClass(
      classes, classCount: 3, training: 2, validation: 1, seed: 9)
    #expect(perClass.training == [0, 1, 5, 7, 11, 15])
    #expect(perClass.validation == [2, 9, 10])
    #expect(perClass.test == [3, 6, 8, 12, 13, 14])
    let shares = try NodeSplit.randomShares(classes, training: 0.4, validation: 0.2, seed: 9)
    #expect(shares.training == [3, 5, 7, 8, 12, 14])
    #expect(shares.validation == [0, 6, 10])
    #expect(shares.test == [1, 2, 9, 11, 13, 15])
  }

  @Test func drawsThatCannotBe() {
    expectDataError(.malformed, "class 2 has only 30 nodes") {
      _ = try NodeSplit.randomPerClass(
        (0..<100).map { min($0 / 35, 2) }, classCount: 3, training: 20, validation: 15, seed: 1)
    }
    expectDataError(.malformed, "positive numbers") {
      _ = try NodeSplit.randomPerClass(classes, classCount: 3, training: 0, seed: 1)
    }
    expectDataError(.malformed, "test part has no nodes") {
      _ = try NodeSplit.randomPerClass(
        [0, 0, 1, 1], classCount: 2, training: 1, validation: 1, seed: 1)
    }
    for (training, validation) in [(0.5, 0.5), (0, 0.1), (0.1, -1), (Double.nan, 0.1)] {
      expectDataError(.malformed, "less than 1") {
        _ = try NodeSplit.randomShares(
          classes, training: training, validation: validation, seed: 1)
      }
    }
    expectDataError(.malformed, "validation part has no nodes") {
      _ = try NodeSplit.randomShares([0, 1, 0], training: 0.5, validation: 0.01, seed: 1)
    }
  }

  /// The classes in every part as in the whole, whatever their sizes.
  @Test func sharesOfEachClass() throws {
    let classes = (0..<200).map { $0 % 8 == 7 ? -1 : $0 < 150 ? 0 : $0 < 196 ? 1 : 2 }
    let split = try NodeSplit.randomStratified(
      classes, classCount: 4, training: 0.5, validation: 0.25, seed: 4)
    let all = split.training + split.validation + split.test
    #expect(all.sorted() == classes.indices.filter { classes[$0] >= 0 })
    for label in 0..<3 {
      func count(_ nodes: [Int]) -> Int { nodes.filter { classes[$0] == label }.count }
      let whole = count(all)
      let training = max(1, Int((0.5 * Double(whole)).rounded()))
      #expect(count(split.training) == training)
      #expect(
        count(split.validation) == min(whole - training, Int((0.25 * Double(whole)).rounded())))
    }
    let other = try NodeSplit.randomStratified(
      classes, classCount: 4, training: 0.5, validation: 0.25, seed: 5)
    #expect(other.training != split.training)
    expectDataError(.malformed, "of each class", "less than 1") {
      _ = try NodeSplit.randomStratified(
        classes, classCount: 4, training: 0.5, validation: 0.5, seed: 4)
    }
  }

  /// Turn after turn each node is tested on once and validated on once; folds have the classes in the
  /// same proportions.
  @Test func foldsTestOnEachNodeOnce() throws {
    let known = classes.indices.filter { classes[$0] >= 0 }
    let turns = try (0..<7).map {
      try NodeSplit.crossValidation(classes, classCount: 3, folds: 7, turn: $0, seed: 2)
    }
    turns.forEach(checkCover)
    #expect(turns.flatMap(\.test).sorted() == known)
    #expect(turns.flatMap(\.validation).sorted() == known)
    for (turn, next) in zip(turns, turns.dropFirst()) { #expect(turn.validation == next.test) }
    for label in 0..<3 {
      let sizes = turns.map { $0.test.filter { classes[$0] == label }.count }
      #expect(sizes.max()! - sizes.min()! <= 1)
    }
    let other = try NodeSplit.crossValidation(classes, classCount: 3, folds: 7, turn: 0, seed: 3)
    #expect(other.test != turns[0].test)
    expectDataError(.malformed, "fold 1 of 5", "only 3 nodes") {
      _ = try NodeSplit.crossValidation([0, 0, 1], classCount: 2, folds: 5, turn: 0, seed: 1)
    }
  }

  @Test func someTestNodesAreUnseen() throws {
    let split = try NodeSplit.randomShares(classes, training: 0.4, validation: 0.2, seed: 1)
    let unseen = try split.unseen(share: 0.2, seed: 8)
    #expect(unseen.count == 7 && unseen == unseen.sorted())
    #expect(Set(unseen).isSubset(of: split.test))
    #expect(try split.unseen(share: 0.2, seed: 8) == unseen)
    #expect(try split.unseen(share: 0.2, seed: 9) != unseen)
    for (share, missing) in [(0.01, "unseen"), (0.99, "seen")] {
      expectDataError(.malformed, "of its 36 test nodes leaves none to be \(missing)") {
        _ = try split.unseen(share: share, seed: 1)
      }
    }
  }

  @Test func splitsOfSomeNodes() throws {
    let split = try NodeSplit(
      name: "s", nodeCount: 6, training: [0, 4], validation: [1], test: [2, 5])
    let part = try split.restricted(to: [5, 4, 1, 3])
    #expect((part.training, part.validation, part.test) == ([1], [2], [0]))
    #expect(part.nodeCount == 4)
    expectDataError(.malformed, "validation part has no nodes") {
      _ = try split.restricted(to: [0, 2])
    }
  }
}
