/**
 * A duration as Go writes it: `45s`, `30m0s`, `1h0m0s`. External Secrets rewrites any other form, and GitOps tools then
 * report drift.
 * @see https://pkg.go.dev/time#Duration.String
 */
export const CANONICAL_DURATION = /^(?:[1-9]\d*h[1-5]?\dm[1-5]?\ds|(?:[1-9]|[1-5]\d)m[1-5]?\ds|[1-5]?\ds)$/;
