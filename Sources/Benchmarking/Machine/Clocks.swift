import Dispatch
import Foundation

/// Seconds on the wall's clock, from some moment on.
func wallSeconds() -> Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }

/// Seconds that this thread has run. Other programs on its core disturb it less than the wall's clock.
func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
