import { boldPhase, headingOf, phaseHeading } from './phases.js';
import type { Phase, Warning } from './task.js';

/** A heading that is no phase, below which tasks would count to the phase above. */
interface Stray {
  readonly title: string;
  readonly line: number;
}

/** Where in a list one stands: its phases, and its headings of any kind. */
export class Sections {
  readonly phases: Phase[] = [];
  readonly warnings: Warning[] = [];
  /** Line of the heading above, 0 where there is none. */
  line = 0;
  /** Level of the phase's heading. */
  private level: number | undefined;
  private stray: Stray | undefined;
  /** A bold line opens a phase only where tasks follow: in prose on the order it may be a title of its own. */
  private bold: Phase | undefined;

  /** Takes a line that is no task's. */
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

  /** The phase of a task that stands here; 0 before the first. */
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
        message: `"${title}" is no phase, so its tasks count to the phase above it: write "## Phase N: …" to have them come behind that`,
      });
    }
    return phase;
  }
}
