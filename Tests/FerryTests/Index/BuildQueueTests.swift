import Postgres
import Synchronization
import Testing

@testable import Ferry

@Suite struct BuildQueueTests {
    private func queue(
        _ tasks: [IndexTask], memory: Int = 100, report: @escaping @Sendable (IndexOutcome) -> Void = { _ in }
    ) -> BuildQueue {
        BuildQueue(
            memory: memory, tasks, isClosed: true, sign: StopSign(), interrupt: Interrupt(), report: report)
    }

    private func task(_ name: String, memory: Int, pair: Int = 0) -> IndexTask {
        PairFixtures.tasks(PairFixtures.index(name, of: pair, memory: memory), of: pair)[0]
    }

    @Test func `the largest build comes first`() throws {
        let queue = queue([task("small", memory: 10), task("large", memory: 60), task("middle", memory: 30)])
        #expect(try (0..<3).map { _ in try #require(queue.next()).plan.name.name } == ["large", "middle", "small"])
    }

    @Test func `builds that run together stay within the memory, unless one alone takes more`() throws {
        let queue = queue([task("a", memory: 300), task("b", memory: 70), task("c", memory: 50)])
        let first = try #require(queue.next())
        #expect(first.plan.name.name == "a")
        #expect(queue.nextAtHand() == nil)
        queue.done(first)
        let second = try #require(queue.next())
        #expect(second.plan.name.name == "b")
        queue.done(second)
        #expect(try #require(queue.next()).plan.name.name == "c")
    }

    @Test func `a stage of an index begins when all of the lower one is done`() throws {
        let index = PairFixtures.index("i", of: 0, stages: [0, 0, 1, 2])
        let outcomes = Mutex<[IndexOutcome]>([])
        let queue = queue(PairFixtures.tasks(index, of: 0)) { outcome in outcomes.withLock { $0.append(outcome) } }
        let leaves = [try #require(queue.next()), try #require(queue.next())]
        #expect(leaves.map(\.build.stage) == [0, 0])
        queue.done(leaves[0])
        #expect(outcomes.withLock { $0.isEmpty })
        queue.done(leaves[1])
        for stage in 1...2 {
            let task = try #require(queue.next())
            #expect(task.build.stage == stage)
            queue.done(task)
        }
        #expect(outcomes.withLock { $0.map(\.error) } == [nil])
        #expect(queue.next() == nil)
    }

    @Test func `where a part fails, what stands on it is not built`() throws {
        let index = PairFixtures.index("i", of: 0, stages: [0, 0, 1])
        let outcomes = Mutex<[IndexOutcome]>([])
        let queue = queue(PairFixtures.tasks(index, of: 0)) { outcome in outcomes.withLock { $0.append(outcome) } }
        queue.fail(try #require(queue.next()), FerryError(.database, "No."))
        queue.done(try #require(queue.next()))
        #expect(queue.next() == nil)
        #expect(outcomes.withLock { $0.map(\.error?.message) } == ["No."])
    }

    @Test func `builds beside writers run one at a time`() throws {
        var tasks = [task("a", memory: 1), task("b", memory: 1), task("c", memory: 1)]
        for number in 0..<2 { tasks[number].build.isConcurrent = true }
        let queue = queue(tasks)
        let taken = [try #require(queue.next()), try #require(queue.next())]
        #expect(taken.filter(\.build.isConcurrent).count == 1)
    }
}
