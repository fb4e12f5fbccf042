import ArgumentParser
import Lockstep

extension Split: ExpressibleByArgument {}
