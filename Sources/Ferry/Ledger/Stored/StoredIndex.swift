/// The plan of one index of the target, as stored in the ledger.
struct StoredIndex: Codable, Sendable, Equatable {
    var name: StoredName
    var relation: StoredName
    var method: String
    var operatorClass: String
    var options: [String: String]
    var isUnique: Bool
    var action: StoredWord<IndexPlan.Action>
    var reason: String
    var builds: [StoredBuild]
    var previousDefinition: String?
    var leftovers: [String]

    init(_ plan: IndexPlan) {
        name = StoredName(plan.name)
        relation = StoredName(plan.relation)
        method = plan.method
        operatorClass = plan.operatorClass
        options = plan.options
        isUnique = plan.isUnique
        action = StoredWord(plan.action)
        reason = plan.reason
        builds = plan.builds.map { StoredBuild($0, isSaved: plan.action != .keep) }
        previousDefinition = plan.previousDefinition
        leftovers = plan.leftovers
    }

    /// The engine's index.
    func plan(pair: PairNumber, _ saved: inout SavedStatements) throws(StoredFault) -> IndexPlan {
        var engine: [IndexBuild] = []
        for build in builds {
            let statements: [String] =
                if let own = build.statements {
                    own
                } else {
                    try saved.next(.index, pair: pair, relation: build.relation.name, name: build.index.ownName)
                }
            engine.append(build.build(statements))
        }
        return IndexPlan(
            name: name.name, relation: relation.name, method: method, operatorClass: operatorClass, options: options,
            isUnique: isUnique, action: action.value, reason: reason, builds: engine,
            previousDefinition: previousDefinition, leftovers: leftovers)
    }
}

/// One step of an index build, as stored in the ledger.
struct StoredBuild: Codable, Sendable, Equatable {
    var index: StoredName
    var relation: StoredName
    var stage: Int
    /// The statements; nil where the ledger holds them as a saved definition, as it does since format 2.
    var statements: [String]?
    var memory: Int?
    var maintenanceWorkMem: Int?
    var workers: Int?
    var isConcurrent: Bool
    var replaces: UInt32?
    var course: StoredCourse?

    /// - Parameter isSaved: Whether the statements are a saved definition.
    init(_ build: IndexBuild, isSaved: Bool) {
        index = StoredName(build.index)
        relation = StoredName(build.relation)
        stage = build.stage
        statements = isSaved ? nil : build.statements
        memory = build.memory
        maintenanceWorkMem = build.maintenanceWorkMem
        workers = build.workers
        isConcurrent = build.isConcurrent
        replaces = build.replaces
        course = build.course.map(StoredCourse.init)
    }

    /// The engine's build.
    func build(_ statements: [String]) -> IndexBuild {
        IndexBuild(
            index: index.name, relation: relation.name, stage: stage, statements: statements, memory: memory,
            maintenanceWorkMem: maintenanceWorkMem, workers: workers, isConcurrent: isConcurrent, replaces: replaces,
            course: course?.course)
    }
}

/// The expected course of a build, as stored in the ledger.
struct StoredCourse: Codable, Sendable, Equatable {
    var rows: Int
    var rowsInMemory: Int
    var afterKmeans: Double
    var afterAssigning: Double

    init(_ course: BuildCourse) {
        rows = course.rows
        rowsInMemory = course.rowsInMemory
        afterKmeans = course.afterKmeans
        afterAssigning = course.afterAssigning
    }

    /// The engine's course.
    var course: BuildCourse {
        BuildCourse(
            rows: rows, rowsInMemory: rowsInMemory, afterKmeans: afterKmeans, afterAssigning: afterAssigning)
    }
}
