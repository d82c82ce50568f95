// Where the app starts.
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { AccountProvider } from './api/account';
import { StepUp } from './parts/StepUp';
import './style.css';

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <AccountProvider><StepUp><App /></StepUp></AccountProvider>
  </StrictMode>,
);
