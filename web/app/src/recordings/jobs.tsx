// SPDX-License-Identifier: MIT
// What is being made of a recording: how far each programme is.
import './jobs.css';
import type { Job } from '../api/types';
import { formatNumber, formatSpan } from '../text/format';

const kStates = { waiting: 'Waiting', running: 'In progress', done: 'Done', failed: 'Failed' };

export function Jobs({ jobs }: { jobs: readonly Job[] }) {
  if (jobs.length === 0) return null;
  return (
    <ul class="jobs" aria-label="Programmes being made">
      {jobs.map((job) => (
        <JobRow key={job.jobId} job={job} />
      ))}
    </ul>
  );
}

function JobRow({ job }: { job: Job }) {
  // What makes no programme makes the files that programmes are made of.
  const name = job.kind === 'finish' ? 'Preparation' : (job.file?.split('/').pop() ?? 'Programme');
  return (
    <li class="job">
      <div class="job-line">
        <span class="clip job-name">{name}</span>
        <span class={job.state === 'failed' ? 'chip bad' : job.state === 'done' ? 'chip good' : 'chip'}>{kStates[job.state]}</span>
      </div>
      {job.state === 'running' && (
        <>
          <div class="bar" role="progressbar" aria-label={`Making ${name}`} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(job.percent)}>
            <span style={{ width: `${Math.min(100, Math.max(0, job.percent))}%` }} />
          </div>
          <div class="job-line quiet small number">
            <span>{Math.round(job.percent)} %</span>
            <span>
              {job.speed ? `${formatNumber(job.speed)}× real time` : ''}
              {job.etaSeconds != null ? `, ${formatSpan(job.etaSeconds)} left` : ''}
            </span>
          </div>
        </>
      )}
      {job.failure && <p class="small quiet">{job.failure}</p>}
    </li>
  );
}
