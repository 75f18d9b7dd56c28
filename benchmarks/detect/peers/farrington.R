# farringtonFlexible of the R package surveillance on every row of a CSV of whole numbers (NA: not known).
# Arguments: input, output, periods a year, how many last periods to test.
# Writes one row a series: for each tested period the alarm (0/1), the p-value and the exceedance score
# (observed - expected) / (upper - expected), then prints the CPU seconds of the loop.
suppressMessages(library(surveillance))
options(warn = -1)
arguments <- commandArgs(TRUE)
season <- as.integer(arguments[3])
tested <- as.integer(arguments[4])
values <- as.matrix(read.csv(arguments[1], header = FALSE))
n <- ncol(values)
# five years back where there are as many; weekly as recommended (Noufaily et al. 2013), monthly without a gap before the
# tested month, which gives the nominal false positive rate there
back <- min(5, floor((n - tested) / season) - 1)
control <- list(
  range = (n - tested + 1):n, b = back, w = 3, noPeriods = 10, alpha = 0.01, thresholdMethod = "nbPlugin",
  pastWeeksNotIncluded = if (season == 52) 26 else 0, pThresholdTrend = 1, weightsThreshold = 2.58, limit54 = c(0, 4)
)
out <- matrix(NA_real_, nrow(values), 3 * tested)
failed <- 0
began <- proc.time()
for (i in seq_len(nrow(values))) {
  series <- sts(values[i, ], frequency = season, start = c(2000, 1))
  found <- tryCatch(farringtonFlexible(series, control = control), error = function(e) NULL)
  if (is.null(found)) { failed <- failed + 1; next }
  score <- (c(observed(found)) - c(found@control$expected)) / (c(upperbound(found)) - c(found@control$expected))
  out[i, ] <- c(c(alarms(found)), c(found@control$pvalue), score)
}
taken <- (proc.time() - began)
write.table(out, arguments[2], row.names = FALSE, col.names = FALSE, sep = ",", na = "nan")
cat("cpu", taken[1] + taken[2], "failed", failed, "\n")
