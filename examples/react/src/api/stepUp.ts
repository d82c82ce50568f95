// Doing what the server may want a confirmation for: `parts/StepUp.tsx` asks the user.
import { createContext, useContext } from 'react';

export type Task = () => Promise<void>;

export const StepUpContext = createContext<(task: Task) => Promise<void>>((task) => task());

/** Runs a task, and once more when the user has confirmed, if the server asks for that. */
export const useStepUp = () => useContext(StepUpContext);
