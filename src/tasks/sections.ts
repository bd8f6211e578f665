import { boldPhase, headingOf, phaseHeading } from './phases.js';
import type { Phase, Warning } from './task.js';

/** A heading that opens no phase: tasks below it still belong to the phase above. */
interface Stray {
  readonly title: string;
  readonly line: number;
}

/** Tracks the present position in a list: its phases, and headings of any kind. */
export class Sections {
  readonly phases: Phase[] = [];
  readonly warnings: Warning[] = [];
  /** Line of the heading above, or 0 if there is none. */
  line = 0;
  /** Level of the phase's heading. */
  private level: number | undefined;
  private stray: Stray | undefined;
  /** A bold line opens a phase only if tasks follow. In a text about the order, it may be a title. */
  private bold: Phase | undefined;

  /** Reads a line that does not belong to a task. */
  read(text: string, line: number): void {
    const bold = boldPhase(text);
    if (bold !== undefined) this.bold = { title: bold, line };
    const heading = headingOf(text);
    if (!heading) return;
    this.line = line;
    this.bold = undefined;
    if (phaseHeading(heading, this.level)) {
      this.phases.push({ title: heading.title, line });
      this.level = heading.level;
      this.stray = undefined;
    } else if (this.level !== undefined && heading.level <= this.level) {
      this.stray = { title: heading.title, line };
    }
  }

  /** The phase of a task at this position, or 0 before the first phase. */
  phaseOfTask(): number {
    if (this.bold) {
      this.phases.push(this.bold);
      this.line = this.bold.line;
      this.bold = this.stray = undefined;
    }
    const phase = this.phases.length;
    if (this.stray) {
      const { title, line } = this.stray;
      this.stray = undefined;
      this.warnings.push({
        line,
        message:
          `"${title}" is no phase, so its tasks count to the phase above it: write "## Phase N: …" to ` +
          'have them come behind that',
      });
    }
    return phase;
  }
}
