import Ferry

/// One index of a plan.
struct IndexPlanDocument: Encodable {
    /// One step of an index build.
    struct Build: Encodable {
        let index: NameDocument
        let relation: NameDocument
        let stage: Int
        let statements: [String]
        let memoryBytes: Int?
        let maintenanceWorkMemBytes: Int?
        let workers: Int?
        let isConcurrent: Bool
        let replaces: UInt32?
        let course: Course?
    }

    /// The expected course of a build, in shares of its time and numbers of rows.
    struct Course: Encodable {
        let rows: Int
        let rowsInMemory: Int
        let afterKmeans: Double
        let afterAssigning: Double
    }

    let name: NameDocument
    let relation: NameDocument
    let method: String
    let operatorClass: String
    let options: [String: String]
    let isUnique: Bool
    let action: String
    let reason: String
    let builds: [Build]
    let previousDefinition: String?
    let leftovers: [String]

    init(_ index: IndexPlan) {
        name = NameDocument(index.name)
        relation = NameDocument(index.relation)
        method = index.method
        operatorClass = index.operatorClass
        options = index.options
        isUnique = index.isUnique
        action = index.action.rawValue
        reason = index.reason
        builds = index.builds.map(Build.init)
        previousDefinition = index.previousDefinition
        leftovers = index.leftovers
    }
}

extension IndexPlanDocument.Build {
    init(_ build: IndexBuild) {
        index = NameDocument(build.index)
        relation = NameDocument(build.relation)
        stage = build.stage
        statements = build.statements
        memoryBytes = build.memory
        maintenanceWorkMemBytes = build.maintenanceWorkMem
        workers = build.workers
        isConcurrent = build.isConcurrent
        replaces = build.replaces
        course = build.course.map { course in
            IndexPlanDocument.Course(
                rows: course.rows, rowsInMemory: course.rowsInMemory, afterKmeans: course.afterKmeans,
                afterAssigning: course.afterAssigning)
        }
    }
}
