import Ferry

/// The stages in progress, from the events that begin and end them.
///
/// Tables move through copy, index and verify on their own, so that these three overlap. Other stages follow one
/// another, and one may run within another, as a comparison does in a repair. A stage whose end is never reported ends
/// when a later one begins.
struct StagesUnderWay: Equatable {
    /// The stages in progress, in the order in which they began.
    private var stages: [Stage] = []

    /// Whether no stage has begun, or all have ended.
    var isEmpty: Bool { stages.isEmpty }

    /// The stage that began last.
    var latest: Stage? { stages.last }

    /// Whether the stage is in progress.
    func contains(_ stage: Stage) -> Bool { stages.contains(stage) }

    /// Begins a stage, and ends the earlier ones that do not overlap with it.
    mutating func begin(_ stage: Stage) {
        stages.removeAll { $0 == stage || Self.place($0) < Self.place(stage) }
        stages.append(stage)
    }

    /// Ends a stage.
    mutating func end(_ stage: Stage) { stages.removeAll { $0 == stage } }

    /// The position of a stage in a run; stages in the same position overlap.
    private static func place(_ stage: Stage) -> Int {
        switch stage {
        case .plan: 0
        case .create, .compare: 1
        case .prepare, .locate: 2
        case .copy, .index, .verify: 3
        case .repair: 4
        case .search: 5
        case .tune, .apply: 1
        case .finish: 6
        }
    }
}
